package skypost.mail.directory;

import java.io.IOException;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramSalt;

/**
 * What users log in with, kept apart from the directory: only AuthorizeFunction and ApiFunction may
 * read it.
 */
public interface Credentials {
  /** What the user logs in with, as it is now: a changed password counts from the next login on. */
  Optional<LoginSecrets> find(EmailAddress user) throws IOException;

  /**
   * Makes or replaces the user's own password; app passwords stay.
   *
   * @param salt that the password's SCRAM keys were made with
   */
  void put(EmailAddress user, ScramSalt salt, StoredPassword password) throws IOException;

  /**
   * Adds an app password.
   *
   * @param salt that its SCRAM keys were made with
   * @return false when the user is gone, has {@link AppPassword#MOST} of them or one of this id, or
   *     has another salt
   */
  boolean add(EmailAddress user, ScramSalt salt, AppPassword password) throws IOException;

  /** Removes an app password; false when there was none of that id. */
  boolean remove(EmailAddress user, String appPassword) throws IOException;

  /** Writes down where and with what a login was right; nothing happens when the user is gone. */
  void note(EmailAddress user, LoginHistory history) throws IOException;

  /** Removes all that the user logs in with. */
  void delete(EmailAddress user) throws IOException;

  /** A random key of this installation, made when it is first asked for, always the same. */
  byte[] secretKey() throws IOException;
}

package skypost.mail.directory;

import java.io.IOException;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/**
 * Password hashes, kept apart from the directory: only AuthorizeFunction and ApiFunction may read
 * them.
 */
public interface Credentials {
  /** The user's password hash as {@link PasswordHash} writes it. */
  Optional<String> hash(EmailAddress user) throws IOException;

  void put(EmailAddress user, String hash) throws IOException;

  void delete(EmailAddress user) throws IOException;
}

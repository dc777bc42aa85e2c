package skypost.mail.filter;

import java.io.IOException;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/**
 * The users' filters, at most one each. That a user has one, and which version, is in the user's
 * account ({@link skypost.mail.directory.Account.User#filter}), so that who has none costs no read.
 * Every method throws {@link IOException} when the outcome is not known: the caller may repeat it.
 */
public interface Filters {
  /** A user's filter, as last put. */
  Optional<Filter> find(EmailAddress user) throws IOException;

  /**
   * Sets or replaces a user's filter.
   *
   * @return false, and nothing set, when there is no such user
   */
  boolean put(EmailAddress user, Filter filter) throws IOException;

  /** Removes a user's filter; false when there was none. */
  boolean delete(EmailAddress user) throws IOException;
}

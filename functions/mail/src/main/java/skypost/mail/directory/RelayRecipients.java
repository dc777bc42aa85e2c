package skypost.mail.directory;

import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/**
 * The recipients that an administrator has listed for relay domains. Addresses are canonical. Every
 * method throws {@link IOException} when the outcome is not known.
 */
public interface RelayRecipients {
  /** Whether an address is listed; one that was put is found at once. */
  boolean contains(EmailAddress address) throws IOException;

  /**
   * Lists addresses.
   *
   * @param addresses whatever their domains; those that are listed already stay so
   */
  void put(Collection<EmailAddress> addresses) throws IOException;

  /** Strikes addresses off; those that are not listed do not matter. */
  void remove(Collection<EmailAddress> addresses) throws IOException;

  /** The addresses of a domain in the order of their local parts. */
  Page<EmailAddress> list(String domain, int limit, Optional<String> next) throws IOException;
}

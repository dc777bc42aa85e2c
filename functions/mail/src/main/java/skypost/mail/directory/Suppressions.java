package skypost.mail.directory;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/**
 * Addresses elsewhere that the senders of a local domain write to no more, because mail to them
 * failed for good or an administrator said so. Domains and addresses are canonical. Every method
 * throws {@link IOException} when the outcome is not known.
 */
public interface Suppressions {
  /**
   * A suppressed address.
   *
   * @param address to which nothing goes
   * @param since when it was suppressed, to the millisecond
   * @param reason why: the reply that it failed with, or what the administrator says
   * @param until when that is forgotten, of which whole seconds count; empty: never
   */
  record Suppression(EmailAddress address, Instant since, String reason, Optional<Instant> until) {
    /** Whether it holds at a moment. */
    public boolean holds(Instant now) {
      return until.isEmpty() || until.get().isAfter(now);
    }
  }

  /**
   * What is known of an address; perhaps as it was a moment ago.
   *
   * @param domain of the sender
   * @return empty also when it is forgotten
   */
  Optional<Suppression> find(String domain, EmailAddress address, Instant now) throws IOException;

  /** Suppresses an address; what was known of it is replaced. */
  void put(String domain, Suppression suppression) throws IOException;

  /** Lifts a suppression; false when there was none. */
  boolean remove(String domain, EmailAddress address) throws IOException;

  /** A domain's suppressed addresses, in the order of the addresses. A page may be short. */
  Page<Suppression> list(String domain, int limit, Optional<String> next, Instant now)
      throws IOException;
}

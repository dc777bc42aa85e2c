package skypost.mail.sieve.run;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import skypost.protocol.address.EmailAddress;

/**
 * What users' scripts remember from one message to the next: to whom they replied (RFC 5230 section
 * 4.2), and what they have seen (RFC 7352). Every method throws {@link IOException} when the
 * outcome is not known: the caller may repeat it.
 */
public interface FilterMemories {
  /**
   * Whether a key is remembered at a time.
   *
   * @param by the message that is being dealt with: what it left itself, in an earlier run of the
   *     same step, does not count
   */
  boolean remembers(EmailAddress user, String key, String by, Instant now) throws IOException;

  /**
   * Remembers keys; what was known of a key before is replaced.
   *
   * @param by the message that leaves them
   */
  void remember(EmailAddress user, List<Memory.Mark> marks, String by) throws IOException;

  /** Removes all that a user's scripts remember. */
  void forget(EmailAddress user) throws IOException;

  /** One user's, at a time. */
  default Memory of(EmailAddress user, Instant now) {
    return (key, by) -> remembers(user, key, by, now);
  }
}

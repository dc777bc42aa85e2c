package skypost.protocol.smtp;

import java.time.Duration;

/**
 * How much a session may take of us.
 *
 * @param messageBytes octets of a message, announced with SIZE (RFC 1870)
 * @param recipients per message; at least 100 (RFC 5321 section 4.5.3.1.8)
 * @param textLine octets of a line of text with its CRLF; at least 1000 (RFC 5321 section
 *     4.5.3.1.6)
 * @param receivedFields more of them mean a loop; at least 100 (RFC 5321 section 6.3)
 * @param errors malformed or misplaced commands per session
 * @param refusals refused recipients per session: somebody is guessing addresses
 * @param loginFailures per session
 * @param commandTimeout between and within command lines (RFC 5321 section 4.5.3.2.7: at least five
 *     minutes)
 * @param dataTimeout between two blocks of data (RFC 5321 section 4.5.3.2.5: three minutes for the
 *     client)
 * @param messageTimeout for the whole of the data, so that an octet a minute holds no place for
 *     ever; the sweeper must leave younger messages alone, for a message's id is as old as the
 *     beginning of its data
 */
public record SmtpLimits(
    long messageBytes,
    int recipients,
    int textLine,
    int receivedFields,
    int errors,
    int refusals,
    int loginFailures,
    Duration commandTimeout,
    Duration dataTimeout,
    Duration messageTimeout) {
  /**
   * Of a message that is read to its end although it is refused: beyond this multiple of the limit
   * the peer is cut off.
   */
  static final int DISCARD_FACTOR = 4;

  /** For messages of up to that many octets. */
  public static SmtpLimits of(long messageBytes) {
    return new SmtpLimits(
        messageBytes,
        1000,
        1000,
        100,
        20,
        100,
        5,
        Duration.ofMinutes(5),
        Duration.ofMinutes(10),
        Duration.ofMinutes(30));
  }
}

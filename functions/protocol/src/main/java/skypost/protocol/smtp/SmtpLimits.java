package skypost.protocol.smtp;

import java.time.Duration;

/**
 * How much a session may take of us.
 *
 * @param messageBytes octets of a message, announced with SIZE (RFC 1870)
 * @param recipients per message; at least 100 (RFC 5321 section 4.5.3.1.8)
 * @param transactions MAIL commands per session (RFC 9422 section 4.1)
 * @param textLine octets of a line of text with its CRLF; at least 1000 (RFC 5321 section
 *     4.5.3.1.6)
 * @param receivedFields more of them mean a loop; at least 100 (RFC 5321 section 6.3)
 * @param errors malformed or misplaced commands per session
 * @param junk commands that further nothing (NOOP, RSET, VRFY, EHLO …) between two messages
 * @param refusals refused recipients per session: somebody is guessing addresses
 * @param loginFailures per session
 * @param commandTimeout between and within command lines (RFC 5321 section 4.5.3.2.7: at least five
 *     minutes)
 * @param greetingDelay how long a peer on port 25 must wait for the greeting; who speaks before it
 *     is no mail server (RFC 5321 section 3.1) and is dropped. Zero: no wait, and nobody is dropped
 * @param dataTimeout between two blocks of data (RFC 5321 section 4.5.3.2.5: three minutes for the
 *     client), and how far a message may fall behind {@code leastRate}
 * @param leastRate octets a second that a message must come with in the long run
 * @param messageTimeout for the whole of the data, so that an octet a minute holds no place for
 *     ever; the sweeper must leave younger messages alone, for a message's id is as old as the
 *     beginning of its data
 */
public record SmtpLimits(
    long messageBytes,
    int recipients,
    int transactions,
    int textLine,
    int receivedFields,
    int errors,
    int junk,
    int refusals,
    int loginFailures,
    Duration greetingDelay,
    Duration commandTimeout,
    Duration dataTimeout,
    int leastRate,
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
        10_000,
        1000,
        100,
        20,
        100, // Postfix's smtpd_junk_command_limit
        100,
        5,
        Duration.ZERO,
        Duration.ofMinutes(5),
        Duration.ofMinutes(5),
        500, // Postfix's smtpd_min_data_rate: a slow modem has twice as much
        Duration.ofMinutes(30));
  }

  /** The same with a wait before the greeting. */
  public SmtpLimits withGreetingDelay(Duration delay) {
    return new SmtpLimits(
        messageBytes,
        recipients,
        transactions,
        textLine,
        receivedFields,
        errors,
        junk,
        refusals,
        loginFailures,
        delay,
        commandTimeout,
        dataTimeout,
        leastRate,
        messageTimeout);
  }
}

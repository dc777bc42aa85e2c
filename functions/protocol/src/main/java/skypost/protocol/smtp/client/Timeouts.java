package skypost.protocol.smtp.client;

import java.time.Duration;

/**
 * How long to wait for a peer.
 *
 * @param connect for the TCP connection
 * @param greeting for the 220
 * @param command for the reply to EHLO, STARTTLS, MAIL, RCPT and RSET, and for the TLS handshake
 * @param dataStart for the 354
 * @param dataBlock for a block of content to be taken
 * @param dataEnd for the reply to the final dot
 * @param quit for the reply to QUIT, which nothing depends on
 */
public record Timeouts(
    Duration connect,
    Duration greeting,
    Duration command,
    Duration dataStart,
    Duration dataBlock,
    Duration dataEnd,
    Duration quit) {
  /** RFC 5321 section 4.5.3.2; connect and quit, which it leaves open, as Postfix has them. */
  public static final Timeouts STANDARD =
      new Timeouts(
          Duration.ofSeconds(30),
          Duration.ofMinutes(5), // RFC 5321 section 4.5.3.2.1
          Duration.ofMinutes(5), // RFC 5321 sections 4.5.3.2.2 and 4.5.3.2.3
          Duration.ofMinutes(2), // RFC 5321 section 4.5.3.2.4
          Duration.ofMinutes(3), // RFC 5321 section 4.5.3.2.5
          Duration.ofMinutes(10), // RFC 5321 section 4.5.3.2.6
          Duration.ofSeconds(2));

  /** The same wait everywhere. */
  public static Timeouts all(Duration wait) {
    return new Timeouts(wait, wait, wait, wait, wait, wait, wait);
  }

  /**
   * The same, but with no wait before the content longer than {@code most}, because others wait to
   * be asked too.
   */
  public Timeouts envelopeWithin(Duration most) {
    return new Timeouts(
        least(connect, most),
        least(greeting, most),
        least(command, most),
        least(dataStart, most),
        dataBlock,
        dataEnd,
        quit);
  }

  /** The same, but with no longer wait for the reply to the final dot than {@code most}. */
  public Timeouts finalReplyWithin(Duration most) {
    return new Timeouts(
        connect, greeting, command, dataStart, dataBlock, least(dataEnd, most), quit);
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}

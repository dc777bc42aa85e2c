package skypost.mail.mailbox;

import java.nio.charset.StandardCharsets;
import skypost.mail.message.Envelope;
import skypost.protocol.address.EmailAddress;

/**
 * The header fields that a message gets when it leaves the mail transport for a mailbox. They
 * differ from reader to reader while the body is stored once for all, so they are never stored:
 * delivery counts them, POP3 and export write them.
 */
public final class FinalDelivery {
  private FinalDelivery() {}

  /**
   * The header fields in front of the raw message, each ended by CRLF.
   *
   * @param user whose mailbox it is
   */
  public static byte[] headers(Envelope envelope, EmailAddress user) {
    // RFC 5321 section 4.4: the final delivery puts the reverse-path in front, <> for a null one
    // RFC 9228: Delivered-To names the mailbox; together with Received it also shows loops
    String fields = "Return-Path: " + envelope.returnPath() + "\r\nDelivered-To: " + user + "\r\n";
    return fields.getBytes(
        StandardCharsets.UTF_8); // RFC 6532 section 3.2, for an internationalized local part
  }

  /** Octets of the message as this user reads it: what STAT and LIST say and the quota counts. */
  public static long size(Envelope envelope, EmailAddress user, long rawSize) {
    return headers(envelope, user).length + rawSize;
  }
}

package skypost.mail.mailbox;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import skypost.mail.message.Envelope;
import skypost.mail.message.SenderResults;
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

  /**
   * The header fields in front of a message of whose sender something is to be said. RFC 8601
   * section 4: that stands above our Received field, which the raw message begins with.
   */
  public static byte[] headers(Envelope envelope, EmailAddress user, SenderResults results) {
    byte[] delivery = headers(envelope, user);
    byte[] field = results.field();
    byte[] both = Arrays.copyOf(delivery, delivery.length + field.length);
    System.arraycopy(field, 0, both, delivery.length, field.length);
    return both;
  }

  /**
   * A stored message as this user reads it, from its first octet on; closing it closes {@code raw}.
   *
   * @param packed what the mailbox keeps of the sender ({@link SenderResults#pack})
   */
  public static InputStream read(
      InputStream raw, Envelope envelope, EmailAddress user, String packed) {
    SenderResults results = SenderResults.unpack(packed, envelope);
    return new SequenceInputStream(
        new ByteArrayInputStream(headers(envelope, user, results)), results.purge(raw));
  }

  /** Octets of the message as this user reads it: what STAT and LIST say and the quota counts. */
  public static long size(Envelope envelope, EmailAddress user, long rawSize) {
    return headers(envelope, user).length + rawSize;
  }
}

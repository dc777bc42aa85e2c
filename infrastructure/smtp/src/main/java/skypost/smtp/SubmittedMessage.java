package skypost.smtp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import skypost.mail.message.MessageId;

/**
 * Completes a user's message on its way to the store, as a submission server may (RFC 6409 section
 * 8): a missing Date and Message-ID are added at the end of the header section, Bcc and Resent-Bcc
 * are taken out (RFC 5322 section 3.6.3). Not a word else is changed. Holds no more than one field
 * name, whatever the size of the header section.
 *
 * <p>A line that is no field ends the header section as an empty line does, and gets one before it.
 */
final class SubmittedMessage {
  private static final int MAX_NAME = 76; // octets; RFC 5322 section 2.2 leaves it to the line: 998

  private enum In {
    NAME,
    KEPT,
    DROPPED,
    BODY
  }

  private final OutputStream out;
  private final String date;
  private final String messageId;
  private final byte[] name = new byte[MAX_NAME];
  private int nameLength;
  private boolean lineStart = true;
  private boolean anyField;
  private boolean hasDate;
  private boolean hasMessageId;
  private In in = In.NAME;

  /**
   * @param out takes whole blocks
   * @param domain in a Message-ID that is added
   */
  SubmittedMessage(OutputStream out, String domain, MessageId id, Instant now) {
    this.out = out;
    this.date = "Date: " + ReceivedField.DATE.format(now) + "\r\n";
    this.messageId = "Message-ID: <" + id + "@" + domain + ">\r\n";
  }

  /** Takes what comes next. */
  void write(byte[] block, int offset, int length) throws IOException {
    int i = offset;
    int end = offset + length;
    if (in != In.BODY) {
      ByteArrayOutputStream kept = new ByteArrayOutputStream(length + 256);
      for (; i < end && in != In.BODY; i++) {
        take(block[i], kept);
      }
      out.write(kept.toByteArray());
    }
    if (i < end) {
      out.write(block, i, end - i);
    }
  }

  /** The message is over, perhaps without a body. */
  void finish() throws IOException {
    if (in == In.BODY) {
      return;
    }
    ByteArrayOutputStream kept = new ByteArrayOutputStream(256);
    if (in == In.NAME && nameLength > 0) {
      beginBody(kept);
    } else {
      if (in == In.KEPT && !lineStart) {
        line("\r\n", kept);
      }
      addMissing(kept);
    }
    out.write(kept.toByteArray());
  }

  private void take(byte octet, ByteArrayOutputStream kept) {
    if (lineStart) {
      lineStart = false;
      if (octet == '\r') { // the empty line: a bare CR never comes here
        addMissing(kept);
        in = In.BODY;
      } else if (!(anyField && (octet == ' ' || octet == '\t'))) { // else the field goes on
        in = In.NAME;
        nameLength = 0;
      }
    }
    switch (in) {
      case NAME -> takeName(octet, kept);
      case KEPT, BODY -> kept.write(octet);
      case DROPPED -> {}
    }
    lineStart = octet == '\n' && in != In.BODY;
  }

  private void takeName(byte octet, ByteArrayOutputStream kept) {
    boolean named = octet == ':' && nameLength > 0;
    boolean more = octet > ' ' && octet < 127 || (octet == ' ' || octet == '\t') && nameLength > 0;
    if (!named && (!more || nameLength == MAX_NAME)) {
      beginBody(kept);
      kept.write(octet);
      return;
    }
    if (!named) {
      name[nameLength++] = octet;
      return;
    }
    String field =
        new String(name, 0, nameLength, StandardCharsets.US_ASCII)
            .stripTrailing() // RFC 5322 section 4.5.8: white space before the colon, of old
            .toLowerCase(Locale.ROOT);
    if (field.indexOf(' ') >= 0 || field.indexOf('\t') >= 0) {
      beginBody(kept);
      kept.write(octet);
      return;
    }
    anyField = true;
    hasDate |= field.equals("date");
    hasMessageId |= field.equals("message-id");
    in = field.equals("bcc") || field.equals("resent-bcc") ? In.DROPPED : In.KEPT;
    if (in == In.KEPT) {
      kept.write(name, 0, nameLength);
      kept.write(octet);
    }
  }

  /** What was read of this line belongs to the body. */
  private void beginBody(ByteArrayOutputStream kept) {
    addMissing(kept);
    line("\r\n", kept);
    kept.write(name, 0, nameLength);
    in = In.BODY;
  }

  private void addMissing(ByteArrayOutputStream kept) {
    if (!hasDate) {
      line(date, kept);
    }
    if (!hasMessageId) {
      line(messageId, kept);
    }
  }

  private static void line(String text, ByteArrayOutputStream kept) {
    kept.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }
}

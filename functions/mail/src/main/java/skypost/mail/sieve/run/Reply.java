package skypost.mail.sieve.run;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeBodyPart;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import skypost.mail.sieve.message.EncodedWords;
import skypost.mail.sieve.message.Header;

/** Writes a message that answers another by itself (RFC 3834). */
final class Reply {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final StringBuilder fields = new StringBuilder();

  /**
   * @param kind tells replies to one message apart
   */
  Reply(Situation situation, String kind) {
    Situation.Host host = situation.host();
    field("Date", DATE.format(situation.now()));
    field("Message-ID", "<" + host.messageId() + "." + kind + "@" + host.name() + ">");
    field("Auto-Submitted", "auto-replied"); // RFC 3834 section 5
    field("MIME-Version", "1.0");
  }

  /** Adds a field; the value is made one line. */
  void field(String name, String value) {
    String line = value.replaceAll("\\p{Cntrl}+", " ").strip();
    fields.append(name).append(": ").append(EncodedWords.encode(name, line)).append("\r\n");
  }

  /** Adds a field with one address, of which only the name before it may need to be encoded. */
  void addressField(String name, String value) {
    int bracket = value.lastIndexOf('<');
    boolean ascii = value.chars().allMatch(c -> c < 128);
    if (ascii || bracket <= 0) {
      fields.append(name).append(": ").append(value.strip()).append("\r\n");
    } else {
      String shown = value.substring(0, bracket).replace("\"", "").strip();
      String encoded = EncodedWords.encode(name, shown);
      fields.append(name).append(": ").append(encoded).append(' ');
      fields.append(value.substring(bracket).strip()).append("\r\n");
    }
  }

  /** RFC 3834 section 3.1.7: what it answers. */
  void answers(Header header) {
    String id = header.text("Message-ID").orElse("");
    if (!id.matches("<[!-~]{1,250}>")) {
      return;
    }
    field("In-Reply-To", id);
    String before = header.text("References").or(() -> header.text("In-Reply-To")).orElse("");
    boolean usable = before.length() < 800 && before.matches("(<[!-~]+>\\s*)+");
    field("References", usable ? before.strip() + " " + id : id);
  }

  /** The message with a plain text. */
  byte[] withText(String text) {
    return whole(List.of(textPart(text)), "");
  }

  /** The message with a part that brings its own fields (RFC 5230 section 4.3). */
  byte[] withPart(String part) {
    String lines = part.replaceAll("\r?\n", "\r\n");
    int empty = lines.startsWith("\r\n") ? 0 : lines.indexOf("\r\n\r\n") + 2;
    boolean bare = empty < 2 && !lines.startsWith("\r\n");
    Header own =
        Header.parse(lines.substring(0, bare ? 0 : empty).getBytes(StandardCharsets.UTF_8));
    // Only what describes the part: all else of the header is ours
    String kept = own.withPrefix("content-");
    String body = bare ? lines : lines.substring(empty + 2);
    return (fields + kept + "\r\n" + body).getBytes(StandardCharsets.UTF_8);
  }

  /** The message with parts of a multipart of this type. */
  byte[] whole(List<byte[]> parts, String type) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (type.isEmpty()) {
      out.writeBytes(fields.toString().getBytes(StandardCharsets.UTF_8));
      parts.forEach(out::writeBytes);
      return out.toByteArray();
    }
    String boundary = "=_" + Digest.of(fields.toString());
    field("Content-Type", type + "; boundary=\"" + boundary + "\"");
    out.writeBytes((fields + "\r\n").getBytes(StandardCharsets.UTF_8));
    for (byte[] part : parts) {
      out.writeBytes(("--" + boundary + "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.writeBytes(part);
      out.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    out.writeBytes(("--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII));
    return out.toByteArray();
  }

  /** A text with its fields, encoded so that 7 bits suffice. */
  static byte[] textPart(String text) {
    try {
      MimeBodyPart part = new Part();
      String lines = text.replaceAll("\r?\n", "\r\n");
      String ended = lines.endsWith("\r\n") ? lines : lines + "\r\n";
      part.setText(ended, StandardCharsets.UTF_8.name());
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      part.writeTo(out);
      return out.toByteArray();
    } catch (MessagingException | IOException impossible) {
      throw new IllegalStateException(impossible); // a string into memory
    }
  }

  /** Jakarta Mail sets a part's headers only with the message it is in. */
  private static final class Part extends MimeBodyPart {
    @Override
    public void writeTo(OutputStream out) throws IOException, MessagingException {
      updateHeaders();
      super.writeTo(out);
    }
  }
}

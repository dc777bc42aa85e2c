package skypost.mail.auth;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import skypost.mail.message.MessageSource;

/**
 * A message as signatures see it: header fields octet by octet, and a body that is read when it is
 * hashed.
 *
 * @param fields in order
 * @param source the message
 * @param bodyStart octets before the body
 * @param whole false when the header section is larger than {@link #MAX_HEADER}: then nothing can
 *     be verified
 */
public record RawMessage(
    List<RawField> fields, MessageSource source, long bodyStart, boolean whole) {
  /** Octets of a header section that is looked at. */
  public static final int MAX_HEADER = 4 * 1024 * 1024;

  public RawMessage {
    fields = List.copyOf(fields);
  }

  /** Reads the header section; lines end with CRLF. */
  public static RawMessage read(MessageSource source) throws IOException {
    var header = new ByteArrayOutputStream(16 * 1024);
    try (InputStream in = new BufferedInputStream(source.open())) {
      int lineLength = 0;
      int last = -1;
      for (int octet = in.read(); octet >= 0; octet = in.read()) {
        header.write(octet);
        if (octet == '\n' && last == '\r') {
          if (lineLength == 1) { // RFC 5322 section 2.1: an empty line ends it
            return new RawMessage(
                fields(header.toString(StandardCharsets.ISO_8859_1), header.size() - 2),
                source,
                header.size(),
                true);
          }
          lineLength = 0;
        } else {
          lineLength++;
        }
        last = octet;
        if (header.size() > MAX_HEADER) {
          return new RawMessage(List.of(), source, header.size(), false);
        }
      }
    }
    String text = header.toString(StandardCharsets.ISO_8859_1);
    return new RawMessage(fields(text, text.length()), source, text.length(), true);
  }

  /**
   * Reads a header section.
   *
   * @param header its lines, one character an octet, without the empty line that ends it
   */
  public static List<RawField> fields(String header) {
    return fields(header, header.length());
  }

  private static List<RawField> fields(String header, int end) {
    List<RawField> fields = new ArrayList<>();
    int start = 0;
    while (start < end) {
      int next = start;
      do { // a line that begins with a blank goes on (RFC 5322 section 2.2.3)
        int lineEnd = header.indexOf("\r\n", next);
        next = lineEnd < 0 ? end : Math.min(end, lineEnd + 2);
      } while (next < end && (header.charAt(next) == ' ' || header.charAt(next) == '\t'));
      String text = header.substring(start, next);
      int colon = text.indexOf(':');
      if (colon > 0) { // what is no field is in nobody's signature
        fields.add(
            new RawField(text.substring(0, colon).stripTrailing().toLowerCase(Locale.ROOT), text));
      }
      start = next;
    }
    return fields;
  }

  /** The fields of a name in lower case, in order. */
  public List<RawField> named(String name) {
    return fields.stream().filter(field -> field.name().equals(name)).toList();
  }

  /** The body from its first octet; the caller closes it. */
  public InputStream body() throws IOException {
    InputStream in = source.open();
    in.skipNBytes(bodyStart);
    return in;
  }
}

package skypost.protocol.mime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * The header section of a message or of a part, as its lines stream by: all of them go on as they
 * are, except a Content-Transfer-Encoding of {@code binary}, which is kept back. Strict, for two
 * programs that read one section in two ways would see two messages. Bounded.
 */
final class EntityHeader {
  private static final int MAX_FIELD = 8 * 1024; // octets of a field that is looked at

  private static final String COMMENT = "\\([^()]*\\)"; // RFC 2045 section 6.1: may stand there

  private enum Field {
    NONE,
    TYPE,
    ENCODING,
    OTHER
  }

  private final MimeFields fields = new MimeFields();
  private final ByteArrayOutputStream encoding = new ByteArrayOutputStream(64); // not yet decided
  private Field current = Field.NONE;
  private int length; // octets of the current field, where it is looked at
  private boolean hasEncoding;
  private boolean hasType;
  private boolean binary;

  /** What is wrong with a header section. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String why) {
      super(why, null, false, false);
    }
  }

  /**
   * Takes a line.
   *
   * @param count octets without the CRLF that follows them
   * @param out takes lines that go on
   */
  void line(byte[] line, int count, ByteArrayOutputStream out) throws Malformed {
    if (line[0] == ' ' || line[0] == '\t') {
      if (current == Field.NONE) {
        throw new Malformed("a header section begins with a folded line");
      }
    } else {
      endField(out);
      begin(name(line, count));
    }
    if (current == Field.OTHER) {
      copy(line, count, out);
      return;
    }
    length += count;
    if (length > MAX_FIELD) {
      throw new Malformed("a MIME field of more than " + MAX_FIELD + " octets");
    }
    fields.line(line, count);
    copy(line, count, current == Field.ENCODING ? encoding : out);
  }

  private static String name(byte[] line, int count) throws Malformed {
    int colon = 0;
    while (colon < count && line[colon] != ':') {
      colon++;
    }
    String name =
        new String(line, 0, colon, StandardCharsets.ISO_8859_1).stripTrailing(); // RFC 5322 4.5
    boolean legal = !name.isEmpty() && name.chars().allMatch(c -> c > 32 && c < 127);
    if (!legal || colon == count) {
      throw new Malformed("a line of a header section that is no field");
    }
    return name.toLowerCase(Locale.ROOT);
  }

  private void begin(String name) throws Malformed {
    length = 0;
    switch (name) {
      case "content-type" -> {
        current = Field.TYPE;
        once(hasType, name);
        hasType = true;
      }
      case "content-transfer-encoding" -> {
        current = Field.ENCODING;
        once(hasEncoding, name);
        hasEncoding = true;
      }
      default -> current = Field.OTHER;
    }
  }

  private static void once(boolean already, String name) throws Malformed {
    if (already) {
      throw new Malformed(name + " stands twice in one header section");
    }
  }

  private void endField(ByteArrayOutputStream out) {
    if (current == Field.ENCODING) {
      binary = encoding().equals("binary");
      if (!binary) {
        out.writeBytes(encoding.toByteArray());
      }
      encoding.reset();
    }
  }

  /** There are no more lines; what waited for that goes on. */
  void end(ByteArrayOutputStream out) {
    endField(out);
    current = Field.NONE;
  }

  /** Whether the field was kept back. */
  boolean isBinary() {
    return binary;
  }

  /** In lower case, without comments; empty when there is none. */
  String encoding() {
    return fields.encoding().replaceAll(COMMENT, "").strip().toLowerCase(Locale.ROOT);
  }

  /** {@code text/plain} in lower case; empty when there is none. */
  Optional<String> type() {
    return hasType ? Optional.of(fields.type().replaceAll(COMMENT, "").strip()) : Optional.empty();
  }

  /** Of a multipart. */
  Optional<String> boundary() {
    return fields.boundary();
  }

  private static void copy(byte[] line, int count, ByteArrayOutputStream out) {
    out.write(line, 0, count);
    out.write('\r');
    out.write('\n');
  }
}

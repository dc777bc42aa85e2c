package skypost.protocol.mime;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The MIME fields of one header section (RFC 2045), read as its lines go by. Bounded. */
public final class MimeFields {
  private static final int MAX_FIELD = 8 * 1024; // characters
  private static final Pattern BOUNDARY =
      Pattern.compile(
          ";\\s*boundary\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s;\"()]+))",
          Pattern.CASE_INSENSITIVE);

  private final StringBuilder type = new StringBuilder();
  private final StringBuilder encoding = new StringBuilder();
  private Optional<StringBuilder> current = Optional.empty();
  private boolean hasVersion;

  /**
   * Takes a line without its CRLF.
   *
   * @return whether the line belongs to Content-Transfer-Encoding
   */
  public boolean line(byte[] octets, int count) {
    String line = new String(octets, 0, count, StandardCharsets.ISO_8859_1);
    if (!line.startsWith(" ") && !line.startsWith("\t")) {
      int colon = line.indexOf(':');
      String name = colon < 0 ? "" : line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
      hasVersion |= name.equals("mime-version");
      current =
          switch (name) {
            case "content-type" -> Optional.of(type);
            case "content-transfer-encoding" -> Optional.of(encoding);
            default -> Optional.empty();
          };
      line = line.substring(colon + 1);
    }
    if (current.isPresent() && current.get().length() + line.length() <= MAX_FIELD) {
      current.get().append(line).append(' ');
    }
    return current.isPresent() && current.get() == encoding;
  }

  /** Whether there is a MIME-Version. */
  public boolean hasVersion() {
    return hasVersion;
  }

  /** Whether there is a Content-Type. */
  public boolean hasType() {
    return !type.isEmpty();
  }

  /** {@code text/plain} in lower case; empty when there is none. */
  public String type() {
    return type.toString().split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  /** Of a multipart. */
  public Optional<String> boundary() {
    Matcher matcher = BOUNDARY.matcher(type);
    if (!matcher.find()) {
      return Optional.empty();
    }
    return Optional.of(
        matcher.group(2) != null ? matcher.group(2) : matcher.group(1).replaceAll("\\\\(.)", "$1"));
  }

  /** As written; empty when there is none. */
  public String encoding() {
    return encoding.toString().strip();
  }
}

package skypost.mail.sieve.message;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The header section of a message; every change makes a new one. */
public final class Header {
  private final List<HeaderField> fields;
  private final String lineEnd;

  private Header(List<HeaderField> fields, String lineEnd) {
    this.fields = List.copyOf(fields);
    this.lineEnd = lineEnd;
  }

  /** Reads the lines of a header section, without the empty one behind it. */
  public static Header parse(byte[] block) {
    String text = new String(block, StandardCharsets.ISO_8859_1);
    List<HeaderField> fields = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int end = lineEnd(text, start);
      while (end < text.length() && (text.charAt(end) == ' ' || text.charAt(end) == '\t')) {
        end = lineEnd(text, end);
      }
      fields.add(field(text.substring(start, end)));
      start = end;
    }
    int first = text.indexOf('\n');
    boolean bare = first == 0 || (first > 0 && text.charAt(first - 1) != '\r');
    return new Header(fields, bare ? "\n" : "\r\n");
  }

  private static int lineEnd(String text, int from) {
    int end = text.indexOf('\n', from);
    return end < 0 ? text.length() : end + 1;
  }

  private static HeaderField field(String raw) {
    int colon = raw.indexOf(':');
    String name = colon < 0 ? "" : raw.substring(0, colon).stripTrailing();
    // RFC 5322 section 2.2: printable US-ASCII without the colon
    return new HeaderField(isName(name) ? name : "", raw);
  }

  /** Whether a string can be the name of a field. */
  public static boolean isName(String name) {
    return !name.isEmpty() && name.chars().allMatch(c -> c > ' ' && c < 127 && c != ':');
  }

  /** Whether a string can be the value of a field, once its lines are made one. */
  public static boolean isValue(String value) {
    return value.chars().allMatch(c -> (c >= ' ' && c != 127) || "\t\r\n".indexOf(c) >= 0);
  }

  /** All fields of a name, in their order. */
  public List<HeaderField> all(String name) {
    return fields.stream().filter(field -> field.is(name)).toList();
  }

  /** The text of the first field of a name. */
  public Optional<String> text(String name) {
    return all(name).stream().findFirst().map(HeaderField::text);
  }

  public boolean has(String name) {
    return fields.stream().anyMatch(field -> field.is(name));
  }

  /** Whether there is a field whose name begins so; in lower case. */
  public boolean hasWithPrefix(String prefix) {
    return fields.stream()
        .anyMatch(field -> field.name().regionMatches(true, 0, prefix, 0, prefix.length()));
  }

  /** The fields whose names begin so, as they stand there; in lower case. */
  public String withPrefix(String prefix) {
    StringBuilder found = new StringBuilder();
    fields.stream()
        .filter(field -> field.name().regionMatches(true, 0, prefix, 0, prefix.length()))
        .forEach(field -> found.append(Octets.text(field.raw())));
    return found.toString();
  }

  /** With a field more, before all others or behind them; the value is one line of text. */
  public Header with(String name, String text, boolean last) {
    List<HeaderField> more = new ArrayList<>(fields);
    String raw = name + ": " + EncodedWords.encode(name, text) + "\r\n";
    HeaderField field = new HeaderField(name, raw.replace("\r\n", lineEnd));
    if (last) {
      endLastLine(more);
      more.addLast(field);
    } else {
      more.add(startsAsMbox() ? 1 : 0, field);
    }
    return new Header(more, lineEnd);
  }

  /** Without these fields, which are told by their identity. */
  public Header without(List<HeaderField> gone) {
    List<HeaderField> fewer =
        fields.stream().filter(field -> gone.stream().noneMatch(one -> one == field)).toList();
    return new Header(fewer, lineEnd);
  }

  private boolean startsAsMbox() {
    return !fields.isEmpty() && fields.getFirst().raw().startsWith("From ");
  }

  private void endLastLine(List<HeaderField> of) {
    if (!of.isEmpty() && !of.getLast().raw().endsWith("\n")) {
      HeaderField end = of.removeLast();
      of.addLast(new HeaderField(end.name(), end.raw() + lineEnd));
    }
  }

  /** As it stands in the message, without the empty line behind it. */
  public byte[] octets() {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    fields.forEach(field -> octets.writeBytes(field.octets()));
    return octets.toByteArray();
  }
}

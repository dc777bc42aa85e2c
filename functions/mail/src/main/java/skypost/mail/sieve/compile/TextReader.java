package skypost.mail.sieve.compile;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skypost.mail.sieve.grammar.Argument;
import skypost.mail.sieve.grammar.Position;
import skypost.mail.sieve.grammar.ScriptException;
import skypost.mail.sieve.script.Extension;
import skypost.mail.sieve.script.Text;
import skypost.mail.sieve.script.Text.Piece;

/** Finds encoded characters and variables in the strings of a script. */
final class TextReader {
  /** RFC 5228 section 2.4.2.4. */
  private static final Pattern ENCODED =
      Pattern.compile(
          "\\$\\{(hex|unicode):\\s*([0-9a-f]{1,64}(?:\\s+[0-9a-f]{1,64})*)\\s*\\}",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern OCTET = Pattern.compile("[0-9a-f]{1,2}", Pattern.CASE_INSENSITIVE);

  /** RFC 5229 section 3. */
  private static final Pattern VARIABLE =
      Pattern.compile("\\$\\{(?:(\\d+)|([A-Za-z_]\\w*(?:\\.\\w+)*))\\}");

  private final Scope scope;

  TextReader(Scope scope) {
    this.scope = scope;
  }

  Text read(Argument.Item item) {
    String value = item.value();
    if (scope.has(Extension.ENCODED_CHARACTER)) {
      value = decode(value, item.at());
    }
    List<Piece> pieces =
        scope.has(Extension.VARIABLES)
            ? pieces(value, item.at())
            : List.of(new Piece.Literal(value));
    return new Text(item.at(), pieces);
  }

  private static List<Piece> pieces(String value, Position at) {
    List<Piece> pieces = new ArrayList<>();
    Matcher matcher = VARIABLE.matcher(value);
    int end = 0;
    while (matcher.find()) {
      if (matcher.start() > end) {
        pieces.add(new Piece.Literal(value.substring(end, matcher.start())));
      }
      pieces.add(
          matcher.group(1) != null
              ? new Piece.Matched(index(matcher.group(1)))
              : new Piece.Variable(name(matcher.group(2), at)));
      end = matcher.end();
    }
    if (end < value.length() || pieces.isEmpty()) {
      pieces.add(new Piece.Literal(value.substring(end)));
    }
    return pieces;
  }

  private static int index(String digits) {
    String significant = digits.replaceFirst("^0+(?=\\d)", "");
    return significant.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(significant);
  }

  private static String name(String name, Position at) {
    if (name.indexOf('.') >= 0) { // RFC 5229 section 3: a namespace belongs to an extension
      throw new ScriptException(at, "unknown namespace in variable \"" + name + "\"");
    }
    return name.toLowerCase(Locale.ROOT);
  }

  /** Octets may make a character only together, so all becomes octets first. */
  private static String decode(String value, Position at) {
    Matcher matcher = ENCODED.matcher(value);
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    int end = 0;
    while (matcher.find()) {
      String[] numbers = matcher.group(2).split("\\s+");
      boolean hex = matcher.group(1).equalsIgnoreCase("hex");
      if (hex && !List.of(numbers).stream().allMatch(one -> OCTET.matcher(one).matches())) {
        continue; // not the grammar of hex: it stays as it is
      }
      octets.writeBytes(value.substring(end, matcher.start()).getBytes(StandardCharsets.UTF_8));
      for (String number : numbers) {
        if (hex) {
          octets.write(Integer.parseInt(number, 16));
        } else {
          octets.writeBytes(character(number, at).getBytes(StandardCharsets.UTF_8));
        }
      }
      end = matcher.end();
    }
    octets.writeBytes(value.substring(end).getBytes(StandardCharsets.UTF_8));
    return end == 0 ? value : octets.toString(StandardCharsets.UTF_8);
  }

  /** RFC 5228 section 2.4.2.4: 0 to D7FF and E000 to 10FFFF. */
  private static String character(String number, Position at) {
    String significant = number.replaceFirst("^0+(?=.)", "");
    int c = significant.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(significant, 16);
    boolean surrogate = c >= 0xD800 && c <= 0xDFFF;
    if (c > Character.MAX_CODE_POINT || surrogate) {
      throw new ScriptException(at, "no Unicode character has the number " + number);
    }
    return Character.toString(c);
  }
}

package skypost.mail.auth.arc;

import java.util.regex.Pattern;

/** What a sealer found out about a message when it came to him (RFC 8617 section 4.1.1). */
final class SealedResults {
  private static final Pattern DMARC_PASS =
      Pattern.compile("\\s*dmarc\\s*=\\s*pass(\\s.*)?", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private SealedResults() {}

  /**
   * Whether DMARC passed. What stands in comments and in quotes is of others' making.
   *
   * @param value of an ARC-Authentication-Results field
   */
  static boolean passDmarc(String value) {
    for (String result : plain(value).split(";")) {
      if (DMARC_PASS.matcher(result).matches()) {
        return true;
      }
    }
    return false;
  }

  private static String plain(String value) {
    StringBuilder plain = new StringBuilder();
    int depth = 0;
    boolean quoted = false;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\\' && (quoted || depth > 0)) {
        i++;
      } else if (quoted || (c == '"' && depth == 0)) {
        quoted ^= c == '"';
        plain.append('_');
      } else if (c == '(') {
        depth++;
      } else if (c == ')' && depth > 0) {
        depth--;
        plain.append(' ');
      } else if (depth == 0) {
        plain.append(c);
      }
    }
    return plain.toString();
  }
}

package skypost.mail.sieve.match;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** A comparator (RFC 5228 section 2.7.3, RFC 4790). */
public enum Collation {
  /** RFC 4790 section 9.3. */
  OCTET("i;octet"),
  /** RFC 4790 section 9.2; the default. */
  ASCII_CASEMAP("i;ascii-casemap"),
  /** RFC 4790 section 9.1; it cannot look for parts of strings. */
  ASCII_NUMERIC("i;ascii-numeric");

  private final String identifier;

  Collation(String identifier) {
    this.identifier = identifier;
  }

  /** Its name in RFC 4790's registry. */
  public String identifier() {
    return identifier;
  }

  public static Optional<Collation> of(String identifier) {
    return Arrays.stream(values()).filter(one -> one.identifier.equals(identifier)).findFirst();
  }

  /** Whether {@code :contains}, {@code :matches} and {@code :regex} can use it. */
  public boolean hasSubstrings() {
    return this != ASCII_NUMERIC;
  }

  public boolean equal(String left, String right) {
    return compare(left, right) == 0;
  }

  /** Negative, zero or positive as the left comes before, with or behind the right. */
  public int compare(String left, String right) {
    return switch (this) {
      case OCTET -> compareCodePoints(left, right);
      case ASCII_CASEMAP -> compareCodePoints(fold(left), fold(right));
      case ASCII_NUMERIC -> compareNumbers(left, right);
    };
  }

  /** The octets as this comparator sees them: its characters are octets of UTF-8. */
  byte[] octets(String text) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < octets.length; i++) {
      octets[i] = (byte) fold(octets[i]);
    }
    return octets;
  }

  int fold(int c) {
    return this == ASCII_CASEMAP && c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
  }

  private static String fold(String text) {
    StringBuilder folded = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      folded.append((char) ASCII_CASEMAP.fold(text.charAt(i)));
    }
    return folded.toString();
  }

  /** The order of UTF-8's octets, which is that of code points. */
  private static int compareCodePoints(String left, String right) {
    return Arrays.compare(left.codePoints().toArray(), right.codePoints().toArray());
  }

  /** RFC 4790 section 9.1.1: what begins with no digit is greater than every number. */
  private static int compareNumbers(String left, String right) {
    Optional<BigInteger> first = number(left);
    Optional<BigInteger> second = number(right);
    if (first.isEmpty() || second.isEmpty()) {
      return Boolean.compare(first.isEmpty(), second.isEmpty());
    }
    return first.get().compareTo(second.get());
  }

  private static Optional<BigInteger> number(String text) {
    int end = 0;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    // Numbers of any length may come in a header: what has more digits than this is as good as
    // infinite
    if (end == 0 || end > 100) {
      return Optional.empty();
    }
    return Optional.of(new BigInteger(text.substring(0, end)));
  }
}

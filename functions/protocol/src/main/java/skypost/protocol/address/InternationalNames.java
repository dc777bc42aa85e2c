package skypost.protocol.address;

import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Domain names in other than ASCII letters, as the DNS holds them (RFC 5891).
 *
 * <p>{@link IDN} is of the first IDNA (RFC 3490): it makes <i>ss</i> of ß and σ of ς, and drops
 * zero-width joiners. Since RFC 5891 these make names of their own, which others may own: mail for
 * {@code faß.example} is nothing to {@code fass.example}. So they stay here; all else is mapped and
 * checked as the JDK does, which is what RFC 5895 has clients do for letters that people type.
 */
public final class InternationalNames {
  private static final String PREFIX = "xn--"; // RFC 5890 section 2.3.2.1
  private static final Pattern DOTS = Pattern.compile("[.\u3002\uff0e\uff61]"); // RFC 5895 2.3
  private static final Pattern DEVIATIONS = Pattern.compile("[\u00df\u1e9e\u03c2\u200c\u200d]+");
  private static final Pattern JOINERS = Pattern.compile("[\u200c\u200d]");

  private InternationalNames() {}

  /**
   * A name in A-labels; ASCII labels stay as they are, in their case.
   *
   * @return empty when a label cannot be one
   */
  public static Optional<String> toAscii(String name) {
    if (isAscii(name)) {
      return Optional.of(name);
    }
    var labels = new StringJoiner(".");
    try {
      for (String label : DOTS.split(name, -1)) {
        labels.add(label(label));
      }
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
    return Optional.of(labels.toString());
  }

  private static String label(String label) {
    if (!DEVIATIONS.matcher(label).find()) {
      return IDN.toASCII(label, IDN.ALLOW_UNASSIGNED);
    }
    var mapped = new StringBuilder();
    Matcher deviations = DEVIATIONS.matcher(label);
    int from = 0;
    while (deviations.find()) {
      mapped.append(mapped(label.substring(from, deviations.start())));
      mapped.append(deviations.group().replace('\u1e9e', '\u00df')); // a capital ß
      from = deviations.end();
    }
    mapped.append(mapped(label.substring(from)));
    if (joinsWhatIsNotJoined(mapped) || mapped.toString().startsWith(PREFIX)) {
      throw new IllegalArgumentException(label);
    }
    return PREFIX + Punycode.encode(mapped.toString());
  }

  /** In lower case, composed, and without what no name may hold. */
  private static String mapped(String part) {
    return part.isEmpty()
        ? part
        : IDN.toUnicode(IDN.toASCII(part, IDN.ALLOW_UNASSIGNED), IDN.ALLOW_UNASSIGNED)
            .toLowerCase(Locale.ROOT); // what is ASCII is still as it was
  }

  /**
   * Joiners change how letters of Arabic and of Indic scripts are written, and are invisible
   * between others (RFC 5892 appendix A, told here by the letter before: the scripts that have
   * joining letters or viramas have no others in use with Latin, Greek, Cyrillic or Han).
   */
  private static boolean joinsWhatIsNotJoined(CharSequence label) {
    Matcher joiners = JOINERS.matcher(label);
    while (joiners.find()) {
      if (joiners.start() == 0) {
        return true;
      }
      int before = Character.codePointBefore(label, joiners.start());
      boolean isJoined =
          switch (Character.UnicodeScript.of(before)) {
            case LATIN, GREEK, CYRILLIC, HAN, HIRAGANA, KATAKANA, HANGUL, COMMON, INHERITED ->
                false;
            default -> true;
          };
      if (!isJoined) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 128);
  }
}

package skypost.mail.sieve.message;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads dates of header fields (RFC 5322 section 3.3, with the obsolete forms of 4.3). */
public final class MailDate {
  private static final Pattern COMMENT = Pattern.compile("\\([^()]{0,200}\\)");
  private static final Pattern DATE =
      Pattern.compile(
          "(?:[A-Za-z]{3,9}\\s*+(?:,\\s*+)?)?(\\d{1,2})[\\s-]+([A-Za-z]{3})[a-z]{0,6}[\\s-]+(\\d{2,4})"
              + "\\s+(\\d{1,2}):(\\d{2})(?::(\\d{2}))?(?:\\s*([+-]\\d{4}|[A-Za-z]{1,5}))?.{0,200}",
          Pattern.DOTALL);
  private static final Pattern OFFSET = Pattern.compile("([+-])(\\d\\d)([0-5]\\d)");
  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

  /** Hours of the zones with names; any other is as good as unknown and counts as +0000. */
  private static final Map<String, Integer> ZONES =
      Map.of(
          "EST", -5, "EDT", -4, "CST", -6, "CDT", -5, "MST", -7, "MDT", -6, "PST", -8, "PDT", -7);

  private MailDate() {}

  /** The date in a field's value: behind the last semicolon, as in Received, where there is one. */
  public static Optional<OffsetDateTime> parse(String value) {
    String text = value.substring(value.lastIndexOf(';') + 1);
    Matcher matcher = DATE.matcher(COMMENT.matcher(text).replaceAll(" ").strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int month = MONTHS.indexOf(matcher.group(2).toLowerCase(Locale.ROOT)) + 1;
    try {
      return Optional.of(
          OffsetDateTime.of(
              year(matcher.group(3)),
              month,
              Integer.parseInt(matcher.group(1)),
              Integer.parseInt(matcher.group(4)),
              Integer.parseInt(matcher.group(5)),
              second(matcher.group(6)),
              0,
              zone(matcher.group(7))));
    } catch (DateTimeException noSuchDay) {
      return Optional.empty();
    }
  }

  /** {@code +hhmm} or {@code -hhmm} (RFC 5260 section 4.1). */
  public static Optional<ZoneOffset> offset(String text) {
    Matcher matcher = OFFSET.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int minutes = Integer.parseInt(matcher.group(2)) * 60 + Integer.parseInt(matcher.group(3));
    if (minutes > 18 * 60) {
      return Optional.empty();
    }
    return Optional.of(
        ZoneOffset.ofTotalSeconds((matcher.group(1).equals("-") ? -60 : 60) * minutes));
  }

  /** RFC 5322 section 4.3: years of two and three digits. */
  private static int year(String digits) {
    int year = Integer.parseInt(digits);
    return switch (digits.length()) {
      case 2 -> year < 50 ? 2000 + year : 1900 + year;
      case 3 -> 1900 + year;
      default -> year;
    };
  }

  private static int second(String digits) {
    return digits == null ? 0 : Math.min(59, Integer.parseInt(digits)); // 60 is a leap second
  }

  private static ZoneOffset zone(String name) {
    if (name == null) {
      return ZoneOffset.UTC;
    }
    return offset(name)
        .orElseGet(() -> ZoneOffset.ofHours(ZONES.getOrDefault(name.toUpperCase(Locale.ROOT), 0)));
  }
}

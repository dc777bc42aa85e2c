package skypost.mail.sieve.run;

import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.JulianFields;
import java.util.Locale;
import skypost.mail.sieve.script.DatePart;

/** Parts of dates as tests compare them (RFC 5260 section 4.2). */
final class Dates {
  private Dates() {}

  static String part(OffsetDateTime date, DatePart part) {
    return switch (part) {
      case YEAR -> format(date, "uuuu");
      case MONTH -> format(date, "MM");
      case DAY -> format(date, "dd");
      case DATE -> format(date, "uuuu-MM-dd");
      case JULIAN -> String.valueOf(date.getLong(JulianFields.MODIFIED_JULIAN_DAY));
      case HOUR -> format(date, "HH");
      case MINUTE -> format(date, "mm");
      case SECOND -> format(date, "ss");
      case TIME -> format(date, "HH:mm:ss");
      case ISO8601 -> format(date, "uuuu-MM-dd'T'HH:mm:ssXXX");
      case STD11 -> format(date, "EEE, dd MMM uuuu HH:mm:ss xx");
      case ZONE -> format(date, "xx");
      case WEEKDAY -> String.valueOf(date.getDayOfWeek().getValue() % 7); // Sunday is 0
    };
  }

  private static String format(OffsetDateTime date, String pattern) {
    return date.format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
  }
}

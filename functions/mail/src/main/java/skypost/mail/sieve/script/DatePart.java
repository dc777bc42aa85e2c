package skypost.mail.sieve.script;

import java.util.Locale;
import java.util.Optional;

/** What of a date is compared (RFC 5260 section 4.2). */
public enum DatePart {
  YEAR,
  MONTH,
  DAY,
  DATE,
  JULIAN,
  HOUR,
  MINUTE,
  SECOND,
  TIME,
  ISO8601,
  STD11,
  ZONE,
  WEEKDAY;

  public static Optional<DatePart> of(String name) {
    for (DatePart part : values()) {
      if (part.name().toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
        return Optional.of(part);
      }
    }
    return Optional.empty();
  }
}

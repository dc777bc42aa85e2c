package skypost.mail.archive;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skypost.protocol.address.EmailAddress;

/**
 * The line that separates messages in an mbox: {@code From sender date}, the date as asctime writes
 * it, in UTC (RFC 4155 appendix A). Others write a zone, no seconds, or a sender with blanks.
 *
 * @param sender the reverse-path; empty when it is none
 * @param date when the message was received
 */
record FromLine(Optional<EmailAddress> sender, Instant date) {
  /** Longer lines are no separators. */
  static final int MAX_OCTETS = 998;

  static final String START = "From ";

  private static final String NOBODY = "MAILER-DAEMON";
  private static final DateTimeFormatter ASCTIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US).withZone(ZoneOffset.UTC);
  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
  private static final String ZONE = "(?:\\s+(?:[A-Za-z]{1,5}|([+-]\\d{4})))?";
  private static final Pattern LINE =
      Pattern.compile(
          "From (?:(.*\\S)\\s+)?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\\s+([A-Za-z]{3})\\s+(\\d{1,2})\\s+"
              + "(\\d{1,2}):(\\d\\d)(?::(\\d\\d))?"
              + ZONE
              + "\\s+(\\d{4})"
              + ZONE
              + "(?:\\s+remote from \\S+)?\\s*",
          Pattern.CASE_INSENSITIVE);

  /** The line, with its end. */
  static String write(Optional<EmailAddress> sender, Instant date) {
    return START
        + sender.map(EmailAddress::toString).orElse(NOBODY)
        + " "
        + ASCTIME.format(date)
        + "\n";
  }

  /**
   * Reads a line without its end.
   *
   * @return empty when it is none: text may begin with the word "From" too
   */
  static Optional<FromLine> parse(String line) {
    Matcher match = line.length() > MAX_OCTETS ? null : LINE.matcher(line);
    if (match == null || !match.matches()) {
      return Optional.empty();
    }
    int month = MONTHS.indexOf(match.group(2).toLowerCase(Locale.ROOT)) + 1;
    try {
      LocalDateTime local =
          LocalDateTime.of(
              number(match, 8),
              month,
              number(match, 3),
              number(match, 4),
              number(match, 5),
              Math.min(59, number(match, 6))); // a leap second
      String zone = Optional.ofNullable(match.group(7)).orElse(match.group(9));
      Instant date = local.toInstant(zone == null ? ZoneOffset.UTC : ZoneOffset.of(zone));
      return Optional.of(
          new FromLine(Optional.ofNullable(match.group(1)).flatMap(EmailAddress::parse), date));
    } catch (DateTimeException impossible) { // February 30
      return Optional.empty();
    }
  }

  private static int number(Matcher match, int group) {
    return match.group(group) == null ? 0 : Integer.parseInt(match.group(group));
  }
}

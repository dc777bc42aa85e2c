package skypost.local.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Points in time as HTTP writes them (RFC 9110 section 5.6.7). */
public final class Dates {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", java.util.Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static volatile Second last = new Second(0, text(Instant.EPOCH));

  private record Second(long second, String text) {}

  private Dates() {}

  /** Of any point in time. */
  public static String text(Instant at) {
    return FORMAT.format(at);
  }

  /** Of this second, written once in it. */
  static String now() {
    long second = System.currentTimeMillis() / 1000;
    Second known = last;
    if (known.second() != second) {
      known = new Second(second, text(Instant.ofEpochSecond(second)));
      last = known;
    }
    return known.text();
  }
}

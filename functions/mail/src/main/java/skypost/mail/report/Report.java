package skypost.mail.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.function.IntFunction;

/** A report on a domain, by somebody who gets mail from it or sends mail to it. */
public sealed interface Report permits AggregateReport, TlsReport {
  /** Which of the two kinds. */
  enum Kind {
    DMARC,
    TLS
  }

  /** Who reports, where, and on which time. */
  Head head();

  /** The domain that it is on, in lower-case A-labels. */
  String domain();

  /** Octets of JSON that a report may be kept in; an item of DynamoDB has room for 400 KB. */
  int MAX_KEPT = 300_000;

  /** The same with the largest counts alone, so that it has {@link #MAX_KEPT}; sums stay right. */
  Report trimmed();

  /** Whether it may be kept as it is. */
  private static boolean fits(Report report) {
    try {
      return ReportJson.write(report).length <= MAX_KEPT;
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // it is written into memory
    }
  }

  /**
   * The first that fits, of ever smaller ones.
   *
   * @param most how much the largest keeps
   * @param trimmed makes one that keeps so much; one that keeps 1 fits
   */
  static <T extends Report> T largest(int most, IntFunction<T> trimmed) {
    int keep = most;
    T report = trimmed.apply(keep);
    while (keep > 1 && !fits(report)) {
      keep /= 2;
      report = trimmed.apply(keep);
    }
    return report;
  }

  /** Which kind. */
  default Kind kind() {
    return this instanceof AggregateReport ? Kind.DMARC : Kind.TLS;
  }

  /** The day it is listed under: that on which its time begins, in UTC. */
  default LocalDate day() {
    return LocalDate.ofInstant(head().begin(), ZoneOffset.UTC);
  }

  /** What tells it from others of its kind on its domain, in the order of days. */
  default String key() {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(head().organization().getBytes(StandardCharsets.UTF_8));
      sha.update((byte) 0);
      sha.update(head().reportId().getBytes(StandardCharsets.UTF_8));
      return day() + "#" + HexFormat.of().formatHex(sha.digest(), 0, 16);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every JDK has SHA-256
    }
  }

  /**
   * What every report begins with.
   *
   * @param organization who reports, in its own words
   * @param contact its address; may be empty
   * @param reportId unique with this organization
   * @param begin the first second it is on
   * @param end the last one
   */
  record Head(String organization, String contact, String reportId, Instant begin, Instant end) {
    /** The longest text that is kept of a field, in characters. */
    static final int MAX_TEXT = 500;

    /** Beyond any time that a report is on; days are written with years of four digits. */
    static final Instant LATEST = Instant.parse("9000-01-01T00:00:00Z");

    public Head {
      organization = shortened(organization);
      contact = shortened(contact);
      reportId = shortened(reportId);
    }

    private static String shortened(String text) {
      String line = text.strip().replaceAll("\\p{Cntrl}+", " ");
      return line.length() > MAX_TEXT ? line.substring(0, MAX_TEXT) : line;
    }
  }
}

package skypost.mail.report;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HexFormat;

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

  /** The same with the largest counts alone, so that it is of bounded size; sums stay right. */
  Report trimmed();

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

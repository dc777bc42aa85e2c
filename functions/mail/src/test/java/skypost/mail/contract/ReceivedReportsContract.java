package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.Page;
import skypost.mail.report.AggregateReport;
import skypost.mail.report.AggregateReport.Evaluated;
import skypost.mail.report.AggregateReport.Published;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.report.AggregateReport.Sender;
import skypost.mail.report.AggregateReport.Signature;
import skypost.mail.report.ReceivedReports;
import skypost.mail.report.Report;
import skypost.mail.report.Report.Head;
import skypost.mail.report.Report.Kind;
import skypost.mail.report.TlsReport;
import skypost.mail.report.TlsReport.Failure;
import skypost.mail.report.TlsReport.PolicyResult;

/** What every {@link ReceivedReports} must do. */
public abstract class ReceivedReportsContract {
  private static final LocalDate DAY = LocalDate.of(2026, 11, 24);

  private final String domain = Samples.name("d-") + ".example";

  /** What keeps them. */
  protected abstract ReceivedReports reports() throws IOException;

  private static Head head(String organization, String id, LocalDate day) {
    Instant begin = day.atStartOfDay().toInstant(ZoneOffset.UTC);
    return new Head(organization, "who@there.example", id, begin, begin.plusSeconds(86_399));
  }

  private AggregateReport aggregate(String organization, String id, LocalDate day) {
    return new AggregateReport(
        head(organization, id, day),
        new Published(domain, "reject", "", "", true, false, true),
        List.of(
            new Row(
                "2001:db8:0:0:0:0:0:1",
                7,
                new Evaluated("none", true, false, "forwarded"),
                domain,
                "",
                List.of(new Signature(domain, "s", "pass")),
                Optional.of(new Sender("", "none")))));
  }

  private List<Report> all(Kind kind, LocalDate from, LocalDate to) throws IOException {
    List<Report> all = new ArrayList<>();
    Optional<String> next = Optional.empty();
    do {
      Page<Report> page = reports().list(kind, domain, from, to, 2, next);
      all.addAll(page.items());
      next = page.next();
    } while (next.isPresent());
    return all;
  }

  @Test
  void aReportComesBackAsItWas() throws IOException {
    var aggregate = aggregate("There", "1", DAY);
    var tls =
        new TlsReport(
            head("There", "1", DAY),
            domain,
            List.of(
                new PolicyResult(
                    "sts",
                    List.of("version: STSv1"),
                    List.of("mx.example"),
                    5,
                    1,
                    List.of(new Failure("certificate-expired", "", "mx.example", "", 1, "X")))));

    assertThat(reports().add(domain, aggregate)).isTrue();
    assertThat(reports().add(domain, tls)).isTrue();

    assertThat(all(Kind.DMARC, DAY, DAY)).containsExactly(aggregate);
    assertThat(all(Kind.TLS, DAY, DAY)).containsExactly(tls);
  }

  @Test
  void theSameReportIsKeptOnce() throws IOException {
    assertThat(reports().add(domain, aggregate("There", "1", DAY))).isTrue();
    assertThat(reports().add(domain, aggregate("There", "1", DAY))).isFalse();
    assertThat(reports().add(domain, aggregate("Elsewhere", "1", DAY))).isTrue();
    assertThat(reports().add(domain, aggregate("There", "2", DAY))).isTrue();

    assertThat(all(Kind.DMARC, DAY, DAY)).hasSize(3);
  }

  @Test
  void daysAreListedWithBothEndsAndInOrder() throws IOException {
    List<Integer> offsets = new ArrayList<>(List.of(-2, -1, 0, 1, 2));
    Collections.shuffle(offsets);
    for (int offset : offsets) {
      reports().add(domain, aggregate("A", "1", DAY.plusDays(offset)));
      reports().add(domain, aggregate("B", "1", DAY.plusDays(offset)));
    }

    assertThat(all(Kind.DMARC, DAY.minusDays(1), DAY.plusDays(1)))
        .extracting(Report::day)
        .containsExactly(
            DAY.minusDays(1), DAY.minusDays(1), DAY, DAY, DAY.plusDays(1), DAY.plusDays(1));
    assertThat(all(Kind.TLS, DAY.minusDays(9), DAY.plusDays(9))).isEmpty();
  }
}

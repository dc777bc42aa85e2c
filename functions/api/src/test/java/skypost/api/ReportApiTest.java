package skypost.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.report.AggregateReport;
import skypost.mail.report.AggregateReport.Evaluated;
import skypost.mail.report.AggregateReport.Published;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.report.AggregateReport.Signature;
import skypost.mail.report.Report.Head;
import skypost.mail.report.TlsReport;
import skypost.mail.report.TlsReport.Failure;
import skypost.mail.report.TlsReport.PolicyResult;

/** What others report on a domain, summed up. */
class ReportApiTest {
  private static final String ALL = "/v1/domains/local.example/reports";

  private static Head head(String organization, String id, String day) {
    Instant begin = Instant.parse(day + "T00:00:00Z");
    return new Head(organization, "", id, begin, begin.plusSeconds(86_399));
  }

  private static AggregateReport aggregate(String organization, String day, Row... rows) {
    return new AggregateReport(
        head(organization, day, day),
        new Published("local.example", "none", "", "", false, false, false),
        List.of(rows));
  }

  private static Row row(String source, long count, boolean dkim, boolean spf) {
    return new Row(
        source,
        count,
        new Evaluated(dkim || spf ? "pass" : "none", dkim, spf, ""),
        "local.example",
        "",
        List.of(new Signature("service.example", "s", "pass")),
        Optional.empty());
  }

  @Test
  void aggregateReportsAreSummedUp() throws IOException {
    World world = World.seeded();
    world.reports.add(
        "local.example",
        aggregate(
            "Big",
            "2026-11-20",
            row("192.0.2.1", 90, true, true),
            row("192.0.2.2", 5, false, false)));
    world.reports.add(
        "local.example", aggregate("Small", "2026-11-21", row("192.0.2.1", 10, false, true)));
    world.reports.add(
        "local.example", aggregate("Small", "2026-10-01", row("192.0.2.9", 1, true, true)));

    Map<String, Object> shown = world.get(ALL + "/dmarc?from=2026-11-01&to=2026-11-30").json();

    assertThat(shown)
        .containsEntry("reports", 2)
        .containsEntry("messages", 105)
        .containsEntry("passed", 100)
        .containsEntry("failed", 5)
        .containsEntry("dispositions", Map.of("pass", 100, "none", 5))
        .containsEntry("reporters", Map.of("Big", 95, "Small", 10))
        .doesNotContainKey("more");
    assertThat(shown.get("sources"))
        .isEqualTo(
            List.of(
                Map.of(
                    "source", "192.0.2.1",
                    "messages", 100,
                    "passed", 100,
                    "dkimAligned", 90,
                    "spfAligned", 100,
                    "authors", List.of("local.example"),
                    "signers", List.of("service.example")),
                Map.of(
                    "source", "192.0.2.2",
                    "messages", 5,
                    "passed", 0,
                    "dkimAligned", 0,
                    "spfAligned", 0,
                    "authors", List.of("local.example"),
                    "signers", List.of("service.example"))));
  }

  @Test
  void tlsReportsAreSummedUp() throws IOException {
    World world = World.seeded();
    for (String day : List.of("2026-11-20", "2026-11-21")) {
      world.reports.add(
          "local.example",
          new TlsReport(
              head("Big", day, day),
              "local.example",
              List.of(
                  new PolicyResult(
                      "sts",
                      List.of(),
                      List.of(),
                      40,
                      2,
                      List.of(
                          new Failure(
                              "certificate-expired", "", "mx.local.example", "", 2, ""))))));
    }

    Map<String, Object> shown = world.get(ALL + "/tls?from=2026-11-20&to=2026-11-21").json();

    assertThat(shown)
        .containsEntry("successes", 80)
        .containsEntry("failures", 4)
        .containsEntry("policies", Map.of("sts", 84))
        .containsEntry(
            "faults",
            List.of(
                Map.of(
                    "result", "certificate-expired",
                    "mx", "mx.local.example",
                    "reporter", "Big",
                    "sessions", 4)));
    assertThat(world.get(ALL + "/tls?from=2026-11-21&to=2026-11-21").json())
        .containsEntry("successes", 40);
  }

  @Test
  void withoutDaysTheLastThirtyAreMeant() throws IOException {
    World world = World.seeded();

    Map<String, Object> shown = world.get(ALL + "/dmarc").json();

    assertThat(java.time.LocalDate.parse((String) shown.get("from")).plusDays(29))
        .hasToString((String) shown.get("to"));
    assertThat(shown).containsEntry("messages", 0).containsEntry("sources", List.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?from=yesterday",
        "?to=2026-13-01",
        "?from=2026-11-02&to=2026-11-01",
        "?from=2020-01-01&to=2026-11-01",
        "?day=2026-11-01",
      })
  void wrongDaysAreTold(String query) throws IOException {
    World.Answer answer = World.seeded().get(ALL + "/dmarc" + query);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json()).containsKey("errors");
  }

  @Test
  void anUnknownDomainHasNone() throws IOException {
    World world = World.seeded();

    assertThat(world.get("/v1/domains/no.example/reports/tls").status()).isEqualTo(404);
    assertThat(world.get(ALL).status()).isEqualTo(404);
  }
}

package skypost.api;

import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.admin.ManageDomains;
import skypost.mail.report.DmarcStatistics;
import skypost.mail.report.DomainReports;
import skypost.mail.report.DomainReports.Summed;
import skypost.mail.report.ReceivedReports;
import skypost.mail.report.TlsStatistics;

/** {@code /v1/domains/{domain}/reports}: what other servers report on a domain. */
final class ReportRoutes {
  private static final String FROM = "from";
  private static final String TO = "to";
  private static final int USUAL_DAYS = 30;

  private final ManageDomains domains;
  private final DomainReports reports;
  private final Clock clock;

  ReportRoutes(ManageDomains domains, DomainReports reports, Clock clock) {
    this.domains = domains;
    this.reports = reports;
    this.clock = clock;
  }

  List<Route> routes() {
    String all = "/v1/domains/{domain}/reports";
    return List.of(
        Route.of("GET", all + "/dmarc", this::dmarc, FROM, TO),
        Route.of("GET", all + "/tls", this::tls, FROM, TO));
  }

  private Response dmarc(Request request, Route.PathValues path) throws IOException, Refusal {
    String domain = known(path);
    Days days = days(request);
    Summed<DmarcStatistics> summed = reports.dmarc(domain, days.from(), days.to());
    DmarcStatistics statistics = summed.statistics();
    Map<String, Object> fields = head(domain, days, statistics.reports(), summed.isAll());
    fields.put("messages", statistics.messages());
    fields.put("passed", statistics.passed());
    fields.put("failed", statistics.messages() - statistics.passed());
    fields.put("dispositions", statistics.dispositions());
    fields.put("reporters", statistics.reporters());
    fields.put("sources", statistics.sources().stream().map(ReportRoutes::render).toList());
    return Response.json(200, fields);
  }

  private static Map<String, Object> render(DmarcStatistics.Source source) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (!source.address().isEmpty()) {
      fields.put("source", source.address());
    }
    fields.put("messages", source.messages());
    fields.put("passed", source.passed());
    fields.put("dkimAligned", source.dkim());
    fields.put("spfAligned", source.spf());
    fields.put("authors", source.authors());
    fields.put("signers", source.signers());
    return fields;
  }

  private Response tls(Request request, Route.PathValues path) throws IOException, Refusal {
    String domain = known(path);
    Days days = days(request);
    Summed<TlsStatistics> summed = reports.tls(domain, days.from(), days.to());
    TlsStatistics statistics = summed.statistics();
    Map<String, Object> fields = head(domain, days, statistics.reports(), summed.isAll());
    fields.put("successes", statistics.successes());
    fields.put("failures", statistics.failures());
    fields.put("policies", statistics.policies());
    fields.put("reporters", statistics.reporters());
    fields.put("faults", statistics.faults().stream().map(ReportRoutes::render).toList());
    return Response.json(200, fields);
  }

  private static Map<String, Object> render(TlsStatistics.Fault fault) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("result", fault.result());
    if (!fault.mx().isEmpty()) {
      fields.put("mx", fault.mx());
    }
    fields.put("reporter", fault.organization());
    fields.put("sessions", fault.sessions());
    return fields;
  }

  private static Map<String, Object> head(String domain, Days days, long reports, boolean isAll) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("domain", domain);
    fields.put(FROM, days.from().toString());
    fields.put(TO, days.to().toString());
    fields.put("reports", reports);
    if (!isAll) {
      fields.put("more", true);
    }
    return fields;
  }

  private String known(Route.PathValues path) throws IOException, Refusal {
    return Answers.found(domains.find(Answers.domain(path))).name();
  }

  /** Both included. */
  private record Days(LocalDate from, LocalDate to) {}

  /** The last thirty days where nothing else is asked for. */
  private Days days(Request request) throws Refusal {
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    LocalDate to = day(request, TO).orElse(today);
    LocalDate from = day(request, FROM).orElse(to.minusDays(USUAL_DAYS - 1L));
    if (from.isAfter(to)) {
      throw Answers.refused(FROM, "after " + TO);
    }
    if (ChronoUnit.DAYS.between(from, to) > ReceivedReports.KEPT.getDays()) {
      throw Answers.refused(FROM, "more than " + ReceivedReports.KEPT.getDays() + " days before");
    }
    return new Days(from, to);
  }

  private static Optional<LocalDate> day(Request request, String name) throws Refusal {
    Optional<String> text = request.parameter(name);
    try {
      return text.map(LocalDate::parse);
    } catch (DateTimeException malformed) {
      throw Answers.refused(name, "not a day such as 2026-11-25");
    }
  }
}

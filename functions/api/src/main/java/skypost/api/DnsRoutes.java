package skypost.api;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import skypost.mail.admin.AdviseDomain;
import skypost.mail.guidance.AdvisedRecord;
import skypost.mail.guidance.DnsAdvice;
import skypost.mail.guidance.Finding;
import skypost.mail.guidance.ZoneText;

/** {@code /v1/domains/{domain}/dns}: what to publish, and what is published. */
final class DnsRoutes {
  private final AdviseDomain domains;

  DnsRoutes(AdviseDomain domains) {
    this.domains = domains;
  }

  List<Route> routes() {
    String one = "/v1/domains/{domain}/dns";
    return List.of(
        Route.of("GET", one, this::advise), Route.of("POST", one + "/check", this::check));
  }

  private Response advise(Request request, Route.PathValues path) throws IOException, Refusal {
    AdviseDomain.Advised advised = Answers.found(domains.advise(Answers.domain(path)));
    DnsAdvice advice = advised.advice();
    List<String> notes = new ArrayList<>(advice.notes());
    if (advised.others().isEmpty()) {
      notes.add(
          "the DNS does not answer for "
              + advice.domain()
              + ": the change batch would replace its other TXT records");
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("domain", advice.domain());
    fields.put("records", advice.records().stream().map(DnsRoutes::render).toList());
    fields.put("zoneFile", ZoneText.zoneFile(advice));
    fields.put("route53", ZoneText.changeBatch(advice, advised.others().orElse(List.of())));
    fields.put("mtaSts", Map.of("url", advice.policyUrl(), "policy", advice.policy().file()));
    fields.put("notes", notes);
    return Response.json(200, fields);
  }

  private static Map<String, Object> render(AdvisedRecord record) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("purpose", Members.spelled(record.purpose()));
    fields.put("name", record.name());
    fields.put("type", record.type().name());
    fields.put("ttl", ZoneText.TTL);
    fields.put("value", record.data());
    fields.put("why", record.why());
    return fields;
  }

  private Response check(Request request, Route.PathValues path) throws IOException, Refusal {
    String domain = Answers.domain(path);
    Members.of(request, Set.of()).check();
    AdviseDomain.Checked checked = Answers.found(domains.check(domain));
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("domain", domain);
    fields.put(
        "fine",
        checked.findings().stream().allMatch(finding -> finding.status() == Finding.Status.FINE));
    fields.put("findings", checked.findings().stream().map(DnsRoutes::render).toList());
    fields.put("activated", checked.activated());
    return Response.json(200, fields);
  }

  private static Map<String, Object> render(Finding finding) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("purpose", Members.spelled(finding.purpose()));
    fields.put("name", finding.name());
    fields.put("status", Members.spelled(finding.status()));
    fields.put("why", finding.why());
    fields.put("found", finding.found());
    return fields;
  }
}

package skypost.mail.report;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.jr.ob.JSON;
import com.fasterxml.jackson.jr.ob.JSONObjectException;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.auth.DomainNames;
import skypost.mail.report.TlsReport.Failure;
import skypost.mail.report.TlsReport.PolicyResult;

/** TLS reports as JSON (RFC 8460 section 4.4). */
final class TlsReportJson {
  private static final long MAX_COUNT = 1_000_000_000_000L;
  private static final int MAX_LIST = 1000;

  private TlsReportJson() {}

  /**
   * Reads.
   *
   * @param json of bounded length
   */
  static TlsReport read(InputStream json) throws MalformedReport, IOException {
    Map<String, Object> report;
    try {
      report = JSON.std.mapFrom(json);
    } catch (JSONObjectException malformed) {
      throw new MalformedReport("not the JSON of a report", malformed);
    } catch (JacksonException malformed) {
      throw new MalformedReport("not well-formed JSON", malformed);
    }
    if (report == null) {
      throw new MalformedReport("not the JSON of a report");
    }
    String reportId = text(report, "report-id");
    if (reportId.isEmpty()) {
      throw new MalformedReport("no report-id");
    }
    Map<?, ?> range = object(report.get("date-range"));
    List<PolicyResult> policies = new ArrayList<>();
    String domain = "";
    for (Object each : list(report.get("policies"))) {
      Map<?, ?> result = object(each);
      Map<?, ?> policy = object(result.get("policy"));
      if (domain.isEmpty()) {
        domain = DomainNames.canonical(text(policy, "policy-domain")).orElse("");
      }
      policies.add(policy(result, policy));
    }
    if (domain.isEmpty()) {
      throw new MalformedReport("no policy-domain");
    }
    return new TlsReport(
        new Report.Head(
            text(report, "organization-name"),
            text(report, "contact-info"),
            reportId,
            time(range, "start-datetime"),
            time(range, "end-datetime")),
        domain,
        policies);
  }

  private static PolicyResult policy(Map<?, ?> result, Map<?, ?> policy) throws MalformedReport {
    Map<?, ?> summary = object(result.get("summary"));
    List<Failure> failures = new ArrayList<>();
    for (Object each : list(result.get("failure-details"))) {
      Map<?, ?> failure = object(each);
      failures.add(
          new Failure(
              text(failure, "result-type"),
              text(failure, "sending-mta-ip"),
              text(failure, "receiving-mx-hostname"),
              text(failure, "receiving-ip"),
              number(failure, "failed-session-count"),
              text(failure, "failure-reason-code")));
    }
    return new PolicyResult(
        text(policy, "policy-type"),
        texts(policy.get("policy-string")),
        texts(policy.get("mx-host")),
        number(summary, "total-successful-session-count"),
        number(summary, "total-failure-session-count"),
        failures);
  }

  private static Map<?, ?> object(Object value) throws MalformedReport {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw new MalformedReport("an object is missing");
  }

  /** Some senders leave empty lists out. */
  private static List<?> list(Object value) throws MalformedReport {
    List<?> list = value instanceof List<?> items ? items : List.of();
    if (list.size() > MAX_LIST) {
      throw new MalformedReport("a list of more than " + MAX_LIST);
    }
    return list;
  }

  /** mx-host is one text in the example of RFC 8460, and a list in its grammar. */
  private static List<String> texts(Object value) throws MalformedReport {
    if (value instanceof String one) {
      return List.of(shortened(one));
    }
    return list(value).stream().map(String::valueOf).map(TlsReportJson::shortened).toList();
  }

  private static String text(Map<?, ?> object, String name) {
    return object.get(name) instanceof String text ? shortened(text) : "";
  }

  private static String shortened(String text) {
    return text.length() > Report.Head.MAX_TEXT ? text.substring(0, Report.Head.MAX_TEXT) : text;
  }

  private static long number(Map<?, ?> object, String name) throws MalformedReport {
    if (object.get(name) instanceof Number number
        && number.longValue() >= 0
        && number.longValue() <= MAX_COUNT) {
      return number.longValue();
    }
    throw new MalformedReport(name + " is no number in range");
  }

  private static Instant time(Map<?, ?> range, String name) throws MalformedReport {
    try {
      Instant time = OffsetDateTime.parse(text(range, name)).toInstant();
      if (time.isBefore(Instant.EPOCH) || time.isAfter(Report.Head.LATEST)) {
        throw new MalformedReport(name + " is out of range");
      }
      return time;
    } catch (DateTimeException malformed) {
      throw new MalformedReport(name + " is no time", malformed);
    }
  }

  /** Writes, with the fields that there is something for. */
  static byte[] write(TlsReport report) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("organization-name", report.head().organization());
    fields.put(
        "date-range",
        Map.of(
            "start-datetime", report.head().begin().toString(),
            "end-datetime", report.head().end().toString()));
    fields.put("contact-info", report.head().contact());
    fields.put("report-id", report.head().reportId());
    fields.put(
        "policies", report.policies().stream().map(each -> write(report.domain(), each)).toList());
    return JSON.std.asBytes(fields);
  }

  private static Map<String, Object> write(String domain, PolicyResult result) {
    Map<String, Object> policy = new LinkedHashMap<>();
    policy.put("policy-type", result.type());
    if (!result.strings().isEmpty()) {
      policy.put("policy-string", result.strings());
    }
    policy.put("policy-domain", domain);
    if (!result.mx().isEmpty()) {
      policy.put("mx-host", result.mx());
    }
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("total-successful-session-count", result.successes());
    summary.put("total-failure-session-count", result.failures());
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("policy", policy);
    fields.put("summary", summary);
    if (!result.details().isEmpty()) {
      fields.put("failure-details", result.details().stream().map(TlsReportJson::write).toList());
    }
    return fields;
  }

  private static Map<String, Object> write(Failure failure) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("result-type", failure.result());
    put(fields, "sending-mta-ip", failure.sender());
    put(fields, "receiving-mx-hostname", failure.mx());
    put(fields, "receiving-ip", failure.receiver());
    fields.put("failed-session-count", failure.count());
    put(fields, "failure-reason-code", failure.reason());
    return fields;
  }

  private static void put(Map<String, Object> fields, String name, String value) {
    if (!value.isEmpty()) {
      fields.put(name, value);
    }
  }
}

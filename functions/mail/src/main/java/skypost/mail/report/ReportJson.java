package skypost.mail.report;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.json.Fields;
import skypost.mail.report.AggregateReport.Evaluated;
import skypost.mail.report.AggregateReport.Published;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.report.AggregateReport.Sender;
import skypost.mail.report.AggregateReport.Signature;

/** Reports as JSON, as they are stored. */
public final class ReportJson {
  private ReportJson() {}

  /** Writes one on one line. */
  public static byte[] write(Report report) throws IOException {
    return switch (report) {
      case TlsReport tls -> TlsReportJson.write(tls);
      case AggregateReport aggregate -> {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("organization", aggregate.head().organization());
        fields.put("contact", aggregate.head().contact());
        fields.put("reportId", aggregate.head().reportId());
        fields.put("begin", aggregate.head().begin().getEpochSecond());
        fields.put("end", aggregate.head().end().getEpochSecond());
        fields.put("published", published(aggregate.published()));
        fields.put("rows", aggregate.rows().stream().map(ReportJson::row).toList());
        yield Fields.bytes(fields);
      }
    };
  }

  /** Reads what {@link #write} wrote. */
  public static Report read(Report.Kind kind, byte[] json) throws IOException {
    return switch (kind) {
      case TLS -> tls(json);
      case DMARC -> aggregate(Fields.read(json));
    };
  }

  private static TlsReport tls(byte[] json) throws IOException {
    try {
      return TlsReportJson.read(new ByteArrayInputStream(json));
    } catch (MalformedReport notOurs) {
      throw new IOException("a stored report cannot be read", notOurs);
    }
  }

  private static AggregateReport aggregate(Fields fields) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (Fields row : fields.objects("rows")) {
      rows.add(row(row));
    }
    return new AggregateReport(
        new Report.Head(
            fields.text("organization"),
            fields.text("contact"),
            fields.text("reportId"),
            Instant.ofEpochSecond(fields.number("begin")),
            Instant.ofEpochSecond(fields.number("end"))),
        published(fields.object("published")),
        rows);
  }

  /** A published policy. */
  public static Map<String, Object> published(Published published) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("domain", published.domain());
    fields.put("p", published.policy());
    fields.put("sp", published.subdomains());
    fields.put("np", published.missing());
    fields.put("strictDkim", published.strictDkim());
    fields.put("strictSpf", published.strictSpf());
    fields.put("testing", published.testing());
    return fields;
  }

  /** Reads what {@link #published(Published)} made. */
  public static Published published(Fields fields) throws IOException {
    return new Published(
        fields.text("domain"),
        fields.text("p"),
        fields.text("sp"),
        fields.text("np"),
        fields.flag("strictDkim"),
        fields.flag("strictSpf"),
        fields.flag("testing"));
  }

  /** A row with its count; rows that are equal are written equally. */
  public static Map<String, Object> row(Row row) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("source", row.source());
    fields.put("count", row.count());
    fields.put("disposition", row.evaluated().disposition());
    fields.put("dkim", row.evaluated().dkim());
    fields.put("spf", row.evaluated().spf());
    fields.put("overridden", row.evaluated().overridden());
    fields.put("from", row.headerFrom());
    fields.put("sender", row.envelopeFrom());
    fields.put("signatures", row.dkim().stream().map(ReportJson::signature).toList());
    if (row.spf().isPresent()) {
      Map<String, Object> sender = new LinkedHashMap<>();
      sender.put("domain", row.spf().get().domain());
      sender.put("result", row.spf().get().result());
      fields.put("mailFrom", sender);
    }
    return fields;
  }

  private static Map<String, Object> signature(Signature signature) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("domain", signature.domain());
    fields.put("selector", signature.selector());
    fields.put("result", signature.result());
    return fields;
  }

  /** Reads what {@link #row(Row)} made. */
  public static Row row(Fields fields) throws IOException {
    List<Signature> signatures = new ArrayList<>();
    for (Fields each : fields.objects("signatures")) {
      signatures.add(
          new Signature(each.text("domain"), each.text("selector"), each.text("result")));
    }
    Optional<Sender> spf = Optional.empty();
    if (fields.has("mailFrom")) {
      Fields sender = fields.object("mailFrom");
      spf = Optional.of(new Sender(sender.text("domain"), sender.text("result")));
    }
    return new Row(
        fields.text("source"),
        fields.number("count"),
        new Evaluated(
            fields.text("disposition"),
            fields.flag("dkim"),
            fields.flag("spf"),
            fields.text("overridden")),
        fields.text("from"),
        fields.text("sender"),
        signatures,
        spf);
  }
}

package skypost.mail.report;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import skypost.mail.report.AggregateReport.Published;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.report.AggregateReport.Sender;
import skypost.mail.report.AggregateReport.Signature;

/** Writes aggregate reports by the schema of RFC 9990 Appendix A. */
final class AggregateWriter {
  private static final String NAMESPACE = "urn:ietf:params:xml:ns:dmarc-2.0";
  private static final String VERSION = "1.0"; // RFC 9990 section 3.1.1.2
  private static final String GENERATOR = "Skypost";

  private final XMLStreamWriter xml;

  private AggregateWriter(XMLStreamWriter xml) {
    this.xml = xml;
  }

  static void write(AggregateReport report, OutputStream out) throws IOException {
    try {
      XMLStreamWriter xml =
          XMLOutputFactory.newDefaultFactory()
              .createXMLStreamWriter(out, StandardCharsets.UTF_8.name());
      new AggregateWriter(xml).write(report);
      xml.close();
    } catch (XMLStreamException fault) {
      throw new IOException("the report cannot be written", fault);
    }
  }

  private void write(AggregateReport report) throws XMLStreamException {
    xml.writeStartDocument(StandardCharsets.UTF_8.name(), "1.0");
    xml.writeStartElement("feedback");
    xml.writeDefaultNamespace(NAMESPACE);
    text("version", VERSION);
    head(report.head());
    published(report.published());
    for (Row row : report.rows()) {
      row(row);
    }
    xml.writeEndElement();
    xml.writeEndDocument();
  }

  private void head(Report.Head head) throws XMLStreamException {
    xml.writeStartElement("report_metadata");
    text("org_name", head.organization());
    text("email", head.contact());
    text("report_id", head.reportId());
    xml.writeStartElement("date_range");
    text("begin", String.valueOf(head.begin().getEpochSecond()));
    text("end", String.valueOf(head.end().getEpochSecond()));
    xml.writeEndElement();
    text("generator", GENERATOR);
    xml.writeEndElement();
  }

  private void published(Published published) throws XMLStreamException {
    xml.writeStartElement("policy_published");
    text("domain", published.domain());
    text("discovery_method", "treewalk");
    text("p", published.policy());
    optional("sp", published.subdomains());
    optional("np", published.missing());
    text("adkim", published.strictDkim() ? "s" : "r");
    text("aspf", published.strictSpf() ? "s" : "r");
    text("testing", published.testing() ? "y" : "n");
    xml.writeEndElement();
  }

  private void row(Row row) throws XMLStreamException {
    xml.writeStartElement("record");
    xml.writeStartElement("row");
    text("source_ip", row.source());
    text("count", String.valueOf(row.count()));
    xml.writeStartElement("policy_evaluated");
    text("disposition", row.evaluated().disposition());
    text("dkim", row.evaluated().dkim() ? "pass" : "fail");
    text("spf", row.evaluated().spf() ? "pass" : "fail");
    if (!row.evaluated().overridden().isEmpty()) {
      xml.writeStartElement("reason");
      text("type", row.evaluated().overridden());
      xml.writeEndElement();
    }
    xml.writeEndElement();
    xml.writeEndElement();
    xml.writeStartElement("identifiers");
    optional("envelope_from", row.envelopeFrom());
    text("header_from", row.headerFrom());
    xml.writeEndElement();
    authentication(row.dkim(), row);
    xml.writeEndElement();
  }

  private void authentication(List<Signature> signatures, Row row) throws XMLStreamException {
    xml.writeStartElement("auth_results");
    for (Signature signature : signatures) {
      xml.writeStartElement("dkim");
      text("domain", signature.domain());
      text("selector", signature.selector());
      text("result", signature.result());
      xml.writeEndElement();
    }
    if (row.spf().isPresent()) {
      Sender sender = row.spf().get();
      xml.writeStartElement("spf");
      text("domain", sender.domain());
      text("scope", "mfrom"); // the only one that is left, RFC 9990 section 3.1.1.13
      text("result", sender.result());
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private void optional(String name, String value) throws XMLStreamException {
    if (!value.isEmpty()) {
      text(name, value);
    }
  }

  private void text(String name, String value) throws XMLStreamException {
    xml.writeStartElement(name);
    // XML has no way to write controls, and what is reported may hold any
    xml.writeCharacters(value.replaceAll("[\\p{Cntrl}\\uFFFE\\uFFFF\\p{Cs}]", "?"));
    xml.writeEndElement();
  }
}

package skypost.mail.report;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import skypost.mail.auth.DomainNames;
import skypost.mail.report.AggregateReport.Evaluated;
import skypost.mail.report.AggregateReport.Published;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.report.AggregateReport.Sender;
import skypost.mail.report.AggregateReport.Signature;

/**
 * Reads aggregate reports: those of RFC 9990 Appendix A, and those of RFC 7489 Appendix C, which
 * have no namespace, or another. Element names are all that is looked at, since most receivers
 * leave something out of either schema. Memory is bounded whatever comes.
 */
final class AggregateReader {
  private static final int MAX_ROWS = 20_000;
  private static final int MAX_DEPTH = 20;
  private static final int MAX_NAMES = 500; // of all kinds, each counted once
  private static final int MAX_SIGNATURES = 10; // of one row
  private static final long MAX_COUNT = 1_000_000_000_000L;
  private static final Set<String> DISPOSITIONS = Set.of("pass", "none", "quarantine", "reject");
  private static final XMLInputFactory FACTORY = factory();

  private final Set<String> names = new HashSet<>();
  private final Deque<String> path = new ArrayDeque<>();
  private final Map<String, String> head = new HashMap<>();
  private final Map<String, String> published = new HashMap<>();
  private final List<Row> rows = new ArrayList<>();
  private Map<String, String> row = new HashMap<>();
  private Map<String, String> identity = new HashMap<>(); // of one dkim or spf element
  private List<Signature> signatures = new ArrayList<>();
  private Optional<Sender> sender = Optional.empty();

  private AggregateReader() {}

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false); // neither bombs nor foreign files
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
    return factory;
  }

  /**
   * Reads.
   *
   * @param xml of bounded length
   */
  static AggregateReport read(InputStream xml) throws MalformedReport, IOException {
    AggregateReader reader = new AggregateReader();
    try {
      XMLStreamReader stream = FACTORY.createXMLStreamReader(xml);
      reader.read(stream);
    } catch (XMLStreamException malformed) {
      if (malformed.getNestedException() instanceof IOException fault) {
        throw fault;
      }
      throw new MalformedReport("not well-formed XML", malformed);
    }
    return reader.report();
  }

  private void read(XMLStreamReader stream) throws XMLStreamException, MalformedReport {
    StringBuilder text = new StringBuilder();
    while (stream.hasNext()) {
      switch (stream.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          text.setLength(0);
          count(stream);
          start(stream.getLocalName());
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
          int room = Report.Head.MAX_TEXT - text.length();
          text.append(
              stream.getTextCharacters(),
              stream.getTextStart(),
              Math.clamp(stream.getTextLength(), 0, Math.max(room, 0)));
        }
        case XMLStreamConstants.END_ELEMENT -> {
          end(text.toString().strip());
          text.setLength(0);
        }
        case XMLStreamConstants.PROCESSING_INSTRUCTION -> count(stream.getPITarget());
        default -> {} // comments, a document type that is not read
      }
    }
  }

  private void count(XMLStreamReader element) throws MalformedReport {
    count(element.getLocalName());
    for (int i = 0; i < element.getAttributeCount(); i++) {
      count(element.getAttributeLocalName(i));
    }
    for (int i = 0; i < element.getNamespaceCount(); i++) {
      count(element.getNamespacePrefix(i) + "=" + element.getNamespaceURI(i));
    }
  }

  /** The parser remembers every name, and so would we; a schema has a hundred. */
  private void count(String name) throws MalformedReport {
    if (names.size() == MAX_NAMES && !names.contains(name)) {
      throw new MalformedReport("more than " + MAX_NAMES + " names");
    }
    names.add(name);
  }

  private void start(String name) throws MalformedReport {
    if (path.isEmpty() && !name.equals("feedback")) {
      throw new MalformedReport("<" + name + "> is no aggregate report");
    }
    if (path.size() == MAX_DEPTH) {
      throw new MalformedReport("elements within elements, more than " + MAX_DEPTH);
    }
    path.push(name);
    switch (String.join("/", path.reversed())) {
      case "feedback/record" -> {
        row = new HashMap<>();
        signatures = new ArrayList<>();
        sender = Optional.empty();
      }
      case "feedback/record/auth_results/dkim", "feedback/record/auth_results/spf" ->
          identity = new HashMap<>();
      default -> {}
    }
  }

  private void end(String text) throws MalformedReport {
    String whole = String.join("/", path.reversed());
    String name = path.pop();
    String parent = path.isEmpty() ? "" : path.peek();
    switch (whole) {
      case "feedback/record" -> addRow();
      case "feedback/record/auth_results/dkim" -> {
        if (signatures.size() < MAX_SIGNATURES) {
          signatures.add(
              new Signature(
                  domain(identity.get("domain")),
                  identity.getOrDefault("selector", ""),
                  lower(identity.get("result"))));
        }
      }
      case "feedback/record/auth_results/spf" -> {
        // RFC 9990 has MAIL FROM's alone; RFC 7489 could have that of HELO besides
        boolean isHelo = lower(identity.get("scope")).equals("helo");
        if (!isHelo && sender.isEmpty()) {
          sender =
              Optional.of(
                  new Sender(domain(identity.get("domain")), lower(identity.get("result"))));
        }
      }
      default -> {
        switch (parent) {
          case "report_metadata", "date_range" -> head.putIfAbsent(name, text);
          case "policy_published" -> published.putIfAbsent(name, text);
          case "row", "policy_evaluated", "identifiers" -> row.putIfAbsent(name, text);
          case "reason" -> row.putIfAbsent("reason " + name, text);
          case "dkim", "spf" -> identity.putIfAbsent(name, text);
          default -> {} // extensions, and what is of no use here
        }
      }
    }
  }

  private void addRow() throws MalformedReport {
    if (rows.size() == MAX_ROWS) {
      throw new MalformedReport("more than " + MAX_ROWS + " records");
    }
    String disposition = lower(row.get("disposition"));
    rows.add(
        new Row(
            address(row.get("source_ip")),
            number(row.get("count"), "count", MAX_COUNT),
            new Evaluated(
                DISPOSITIONS.contains(disposition) ? disposition : "none",
                lower(row.get("dkim")).equals("pass"),
                lower(row.get("spf")).equals("pass"),
                lower(row.get("reason type"))),
            domain(row.get("header_from")),
            domain(row.get("envelope_from")),
            signatures,
            sender));
  }

  private AggregateReport report() throws MalformedReport {
    String domain = domain(published.get("domain"));
    if (domain.isEmpty()) {
      throw new MalformedReport("no domain in policy_published");
    }
    String reportId = head.getOrDefault("report_id", "");
    if (reportId.isEmpty()) { // RFC 9990 section 3.1.1.3: it tells duplicates
      throw new MalformedReport("no report_id");
    }
    return new AggregateReport(
        new Report.Head(
            head.getOrDefault("org_name", ""),
            head.getOrDefault("email", ""),
            reportId,
            time(head.get("begin"), "begin"),
            time(head.get("end"), "end")),
        new Published(
            domain,
            lower(published.get("p")),
            lower(published.get("sp")),
            lower(published.get("np")),
            lower(published.get("adkim")).equals("s"),
            lower(published.get("aspf")).equals("s"),
            lower(published.get("testing")).equals("y")),
        rows);
  }

  private static String address(String text) throws MalformedReport {
    try {
      return InetAddress.ofLiteral(String.valueOf(text)).getHostAddress();
    } catch (IllegalArgumentException none) {
      throw new MalformedReport("source_ip is no IP address", none);
    }
  }

  private static Instant time(String seconds, String name) throws MalformedReport {
    try {
      return Instant.ofEpochSecond(number(seconds, name, Report.Head.LATEST.getEpochSecond()));
    } catch (DateTimeException beyond) {
      throw new MalformedReport(name + " is no time", beyond);
    }
  }

  private static long number(String text, String name, long most) throws MalformedReport {
    try {
      long number = Long.parseLong(String.valueOf(text));
      if (number >= 0 && number <= most) {
        return number;
      }
    } catch (NumberFormatException none) {
      throw new MalformedReport(name + " is no number", none);
    }
    throw new MalformedReport(name + " is out of range");
  }

  /** Canonical; what is no domain name is left out. */
  private static String domain(String text) {
    return text == null ? "" : DomainNames.canonical(text).orElse("");
  }

  /** Some receivers write {@code Pass}. */
  private static String lower(String text) {
    return text == null ? "" : text.toLowerCase(Locale.ROOT);
  }
}

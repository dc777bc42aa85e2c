package skypost.local;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.aws.AwsPorts;
import skypost.mail.contract.TestClock;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.dns.TestDns;
import skypost.mail.report.AggregateReport;
import skypost.mail.report.Report;
import skypost.mail.report.ReportMail;
import skypost.mail.report.TlsReport;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.client.FakeMx;
import skypost.smtp.Door;

/** Reports on the whole way: counted, sent to who asks, and read where they come. */
class ReportsWayTest {
  private static final EmailAddress ANN = new EmailAddress("ann", "example.com");

  private static final LocalDate DAY = LocalDate.of(2026, 11, 24);

  @TempDir private Path data;
  private Instant now = Instant.parse("2026-11-24T12:00:00Z");
  private final Clock clock = TestClock.of(() -> now);
  private final Closing opened = new Closing();
  private TestDns dns;
  private FakeMx mx;
  private SteppedSystem system;
  private AwsPorts ports;

  @BeforeEach
  void start() throws Exception {
    dns = opened.add(TestDns.start());
    mx = opened.add(FakeMx.start("127.0.0.1", 0).offers("PIPELINING", "STARTTLS"));
    dns.add("there.example", "MX", "10 mx.there.example.")
        .add("mx.there.example", "A", "127.0.0.1")
        .add("there.example", "TXT", "\"v=spf1 ip4:127.0.0.1 -all\"")
        .add("_dmarc.there.example", "TXT", "\"v=DMARC1; p=none; rua=mailto:d@there.example\"")
        .add("_smtp._tls.there.example", "TXT", "\"v=TLSRPTv1; rua=mailto:t@there.example\"");
    system =
        opened.add(
            SteppedSystem.start(
                Map.of(
                    "SKYPOST_DATA",
                    data.toString(),
                    "SKYPOST_HOSTNAME",
                    "mx.example.com",
                    "SKYPOST_DNS",
                    dns.address().toString(),
                    "SKYPOST_TRUSTED_NETWORKS",
                    "192.0.2.0/24",
                    "SKYPOST_DANE",
                    "off",
                    "SKYPOST_OUTBOUND_PORT",
                    Integer.toString(mx.port())),
                clock));
    ports = system.ports();
    ports.directory().putDomain(Domain.local("example.com"));
    ports.mailboxes().create(ANN, 0);
    ports.directory().putAccount(new Account.User(ANN, 0, false));
  }

  @AfterEach
  void stop() {
    opened.close();
  }

  private void send(String from, String to, byte[] content) throws Exception {
    var properties = new Properties();
    properties.put("mail.smtp.from", "joe@there.example");
    var session = Session.getInstance(properties);
    var message = new MimeMessage(session, new ByteArrayInputStream(content));
    message.setFrom(from);
    message.saveChanges();
    try (var transport = session.getTransport("smtp")) {
      transport.connect("127.0.0.1", system.port(Door.SMTP), null, null);
      transport.sendMessage(
          message, new jakarta.mail.Address[] {new jakarta.mail.internet.InternetAddress(to)});
    }
  }

  private void receive(int events) throws Exception {
    system.run(system.resources().incoming(), system.functions().receive(), events);
  }

  /** Reports on the day before. */
  private String report() {
    return system.functions().report().invoke("{}".getBytes(US_ASCII))
            instanceof LambdaFunction.Returned(byte[] said)
        ? new String(said, US_ASCII)
        : "failed";
  }

  private List<Report> kept(Report.Kind kind) throws Exception {
    return ports
        .receivedReports()
        .list(kind, "example.com", DAY, DAY, 10, Optional.empty())
        .items();
  }

  @Test
  void whatWasCountedIsReportedOnceAndCanBeReadWhereItComes() throws Exception {
    byte[] hello = "Subject: hello\r\n\r\nhello\r\n".getBytes(US_ASCII);
    for (int i = 0; i < 3; i++) {
      send("joe@there.example", "ann@example.com", hello);
    }
    send("joe@quiet.example", "ann@example.com", hello); // who does not ask
    receive(4);

    now = Instant.parse("2026-11-25T00:20:00Z");
    assertThat(report()).contains("\"sent\":1").contains("\"known\":0");
    receive(1);
    system.run(system.resources().outbound(), system.functions().send(), 1);
    assertThat(report()).as("again").contains("\"sent\":0").contains("\"known\":1");
    now = Instant.parse("2026-11-26T00:20:00Z");
    assertThat(report()).as("the connection was counted as well").contains("\"sent\":1");
    receive(1);
    system.run(system.resources().outbound(), system.functions().send(), 1);

    assertThat(mx.received()).hasSize(2);
    assertThat(mx.received().getFirst().recipients().toString()).contains("d@there.example");
    byte[] aggregate = mx.received().getFirst().content();
    var dmarc = (AggregateReport) ReportMail.read(new ByteArrayInputStream(aggregate));
    assertThat(dmarc.domain()).isEqualTo("there.example");
    assertThat(dmarc.day()).isEqualTo(DAY);
    assertThat(dmarc.rows())
        .singleElement()
        .satisfies(row -> {
          assertThat(row.source()).isEqualTo("127.0.0.1");
          assertThat(row.count()).isEqualTo(3);
          assertThat(row.evaluated().spf()).isTrue();
          assertThat(row.evaluated().dkim()).isFalse();
          assertThat(row.evaluated().disposition()).isEqualTo("pass");
        });
    byte[] sessions = mx.received().getLast().content();
    var tls = (TlsReport) ReportMail.read(new ByteArrayInputStream(sessions));
    assertThat(tls.domain()).isEqualTo("there.example");
    assertThat(tls.policies())
        .singleElement()
        .satisfies(policy -> {
          assertThat(policy.type()).isEqualTo("no-policy-found");
          assertThat(policy.successes() + policy.failures()).isEqualTo(1);
        });
  }

  @Test
  void whatOthersReportIsKept() throws Exception {
    String xml =
        "<feedback><report_metadata><org_name>There</org_name><report_id>7</report_id>"
            + "<date_range><begin>1795478400</begin><end>1795564799</end></date_range>"
            + "</report_metadata><policy_published><domain>example.com</domain><p>none</p>"
            + "</policy_published></feedback>";
    byte[] mail = ("Content-Type: text/xml\r\n\r\n" + xml + "\r\n").getBytes(US_ASCII);

    send("joe@there.example", "dmarc-reports@example.com", mail);
    receive(1);

    assertThat(kept(Report.Kind.DMARC))
        .singleElement()
        .satisfies(report -> assertThat(report.head().organization()).isEqualTo("There"));
    assertThat(ports.mailboxes().open(ANN, "INBOX").orElseThrow().messages()).isEmpty();
  }
}

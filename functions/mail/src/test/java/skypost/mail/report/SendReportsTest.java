package skypost.mail.report;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.auth.Zone;
import skypost.mail.contract.Samples;
import skypost.mail.directory.Domain;
import skypost.mail.directory.Postmaster;
import skypost.mail.memory.InMemoryCountedMail;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryTlsReports;
import skypost.mail.memory.InMemoryTraces;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages.StoredMessage;
import skypost.mail.report.AggregateReport.Evaluated;
import skypost.mail.report.AggregateReport.Published;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.report.AggregateReport.Sender;
import skypost.mail.report.AggregateReport.Signature;
import skypost.mail.report.TlsReport.Failure;
import skypost.mail.report.TlsReport.PolicyResult;
import skypost.mail.tlspolicy.AppliedPolicy;
import skypost.mail.tlspolicy.TlsResult;
import skypost.mail.tlspolicy.TlsSession;
import skypost.mail.trace.Traces.Receipt;

/** What leaves when a day is over. */
class SendReportsTest {
  private static final LocalDate DAY = LocalDate.of(2026, 11, 24);
  private static final Row BAD =
      new Row(
          "192.0.2.66",
          0,
          new Evaluated("reject", false, false, ""),
          "there.example",
          "there.example",
          List.of(new Signature("there.example", "s\u0001<&>", "fail")),
          Optional.of(new Sender("there.example", "fail")));
  private static final Row GOOD =
      new Row(
          "2001:db8:0:0:0:0:0:1",
          0,
          new Evaluated("pass", true, true, "local_policy"),
          "there.example",
          "",
          List.of(),
          Optional.empty());
  private static final AppliedPolicy STS =
      new AppliedPolicy(
          AppliedPolicy.Type.STS, List.of("version: STSv1", "mode: enforce"), List.of("mx.test"));

  private final InMemoryTlsReports sessions = new InMemoryTlsReports();
  private final InMemoryCountedMail mail = new InMemoryCountedMail();
  private final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryTraces traces = new InMemoryTraces();
  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final List<URI> posted = new ArrayList<>();
  private final List<byte[]> files = new ArrayList<>();
  private boolean isPostBroken;
  private Zone zone = Zone.of("");

  @BeforeEach
  void domain() {
    directory.putDomain(Domain.local("here.example"));
  }

  private SendReports.Result send() throws IOException {
    var ports =
        new SendReports.Ports(
            sessions,
            mail,
            zone,
            new Postmaster(directory, "mx.here.example"),
            messages,
            traces,
            (where, type, file) -> {
              assertThat(type).isEqualTo("application/tlsrpt+gzip");
              if (isPostBroken) {
                throw new IOException("503");
              }
              posted.add(where);
              files.add(file);
            });
    return new SendReports(ports, "mx.here.example").send(DAY);
  }

  private List<StoredMessage> sent() throws IOException {
    List<StoredMessage> all = new ArrayList<>();
    Iterator<MessageId> ids = messages.listFrom(MessageId.first(Instant.EPOCH));
    while (ids.hasNext()) {
      all.add(messages.open(ids.next()).orElseThrow());
    }
    return all;
  }

  private StoredMessage one() throws IOException {
    assertThat(sent()).hasSize(1);
    return sent().getFirst();
  }

  @Test
  void anAggregateReportCanBeReadByOthers() throws Exception {
    zone =
        Zone.of(
            "_dmarc.there.example TXT v=DMARC1; p=reject; sp=quarantine; aspf=s; rua=mailto:dmarc@there.example");
    mail.add(DAY, "there.example", Map.of(BAD, 3L, GOOD, 1_000_000L));
    mail.add(DAY.minusDays(1), "there.example", Map.of(BAD, 9L));

    assertThat(send()).isEqualTo(new SendReports.Result(1, 0, 0, 0));

    StoredMessage stored = one();
    assertThat(stored.envelope().sender()).contains(Samples.address("dmarc-reports@here.example"));
    assertThat(stored.envelope().recipients())
        .singleElement()
        .satisfies(to -> {
          assertThat(to.address()).hasToString("dmarc@there.example");
          assertThat(to.parameters()).containsEntry("NOTIFY", "NEVER");
        });
    byte[] octets = stored.content().readAllBytes();
    MimeMessage message =
        new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(octets));
    assertThat(message.getSubject())
        .isEqualTo(
            "Report Domain: there.example Submitter: mx.here.example Report-ID: <2026-11-24.there.example>");
    assertThat(message.getFrom()[0]).hasToString("dmarc-reports@here.example");
    assertThat(new String(octets))
        .contains(
            "mx.here.example!there.example!1795478400!1795564799!2026-11-24.there.example.xml.gz");
    Report read = ReportMail.read(new ByteArrayInputStream(octets));
    assertThat(read)
        .isInstanceOfSatisfying(
            AggregateReport.class,
            report -> {
              assertThat(report.published())
                  .isEqualTo(
                      new Published(
                          "there.example",
                          "reject",
                          "quarantine",
                          "quarantine",
                          false,
                          true,
                          false));
              assertThat(report.head().begin()).isEqualTo("2026-11-24T00:00:00Z");
              assertThat(report.head().end()).isEqualTo("2026-11-24T23:59:59Z");
              assertThat(report.rows())
                  .extracting(Row::source, Row::count, row -> row.evaluated())
                  .containsExactlyInAnyOrder(
                      org.assertj.core.groups.Tuple.tuple(BAD.source(), 3L, BAD.evaluated()),
                      org.assertj.core.groups.Tuple.tuple(
                          GOOD.source(), 1_000_000L, GOOD.evaluated()));
              assertThat(report.rows())
                  .filteredOn(row -> row.count() == 3)
                  .singleElement()
                  .satisfies(row ->
                      assertThat(row.dkim())
                          .containsExactly(new Signature("there.example", "s?<&>", "fail")));
            });
  }

  @Test
  void eachDomainGetsItsOwn() throws Exception {
    zone =
        Zone.of(
            """
            _dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:r@a.example,mailto:s@a.example
            _dmarc.b.example TXT v=DMARC1; p=none; rua=mailto:r@b.example
            _dmarc.c.example TXT v=DMARC1; p=none
            """);
    for (String domain : List.of("a.example", "b.example", "c.example")) {
      for (int i = 0; i < 150; i++) { // more than a page
        Row row =
            new Row("192.0.2." + i, 0, BAD.evaluated(), domain, "", List.of(), Optional.empty());
        mail.add(DAY, domain, Map.of(row, 1L));
      }
    }

    assertThat(send()).isEqualTo(new SendReports.Result(3, 0, 0, 0));

    for (StoredMessage each : sent()) {
      AggregateReport report = (AggregateReport) ReportMail.read(each.content());
      String to = each.envelope().recipients().getFirst().address().domain();
      assertThat(report.domain()).isEqualTo(to);
      assertThat(report.messages()).isEqualTo(150);
    }
  }

  @Test
  void aRepeatedRunSendsNothingAgain() throws Exception {
    zone = Zone.of("_dmarc.there.example TXT v=DMARC1; p=none; rua=mailto:r@there.example");
    mail.add(DAY, "there.example", Map.of(BAD, 1L));
    send();
    StoredMessage first = one();
    MessageId id = messages.listFrom(MessageId.first(Instant.EPOCH)).next();
    send();
    assertThat(sent()).as("the same id: it comes in once").hasSize(1);
    traces.record(
        new Receipt(id, first.envelope(), 1, "", Instant.parse("2026-11-25T00:10:00Z"), List.of()));
    messages.delete(List.of(id)); // it has left

    assertThat(send()).isEqualTo(new SendReports.Result(0, 1, 0, 0));

    assertThat(sent()).isEmpty();
  }

  @Test
  void withoutAnAnswerOfTheDnsItIsTriedAgain() throws Exception {
    zone = Zone.of("_dmarc.there.example FAILS");
    mail.add(DAY, "there.example", Map.of(BAD, 1L));

    assertThat(send()).isEqualTo(new SendReports.Result(0, 0, 0, 1));
  }

  @Test
  void aTlsReportGoesWhereTheDomainWantsIt() throws Exception {
    zone =
        Zone.of(
            "_smtp._tls.there.example TXT v=TLSRPTv1; rua=mailto:tls@elsewhere.example,https://tls.example/v1");
    sessions.add(
        DAY,
        "there.example",
        Map.of(
            new TlsSession(STS, "mx.test", Optional.empty()),
            40L,
            new TlsSession(
                STS, "mx.test", Optional.of(TlsResult.CERTIFICATE_EXPIRED), "NotAfter: x"),
            2L,
            new TlsSession(STS, "mx2.test", Optional.of(TlsResult.STARTTLS_NOT_SUPPORTED)),
            3L,
            new TlsSession(AppliedPolicy.NONE, "mx.test", Optional.empty()),
            1L));

    assertThat(send()).isEqualTo(new SendReports.Result(2, 0, 0, 0));

    byte[] octets = one().content().readAllBytes();
    MimeMessage message =
        new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(octets));
    assertThat(message.getHeader("TLS-Report-Domain")).containsExactly("there.example");
    assertThat(message.getHeader("TLS-Report-Submitter")).containsExactly("mx.here.example");
    assertThat(message.getHeader("TLS-Required")).containsExactly("No");
    assertThat(message.getContentType())
        .startsWith("multipart/report; report-type=\"tlsrpt\"")
        .contains("boundary=");
    TlsReport mailed = (TlsReport) ReportMail.read(new ByteArrayInputStream(octets));
    assertThat(mailed.policies())
        .containsExactlyInAnyOrder(
            new PolicyResult(
                "sts",
                List.of("version: STSv1", "mode: enforce"),
                List.of("mx.test"),
                40,
                5,
                List.of(
                    new Failure("starttls-not-supported", "", "mx2.test", "", 3, ""),
                    new Failure("certificate-expired", "", "mx.test", "", 2, "NotAfter: x"))),
            new PolicyResult("no-policy-found", List.of(), List.of(), 1, 0, List.of()));
    assertThat(posted).containsExactly(URI.create("https://tls.example/v1"));
    assertThat(ReportFile.read(new ByteArrayInputStream(files.getFirst()))).isEqualTo(mailed);
  }

  @Test
  void aBrokenReceiverHoldsUpNobody() throws Exception {
    zone =
        Zone.of(
            """
            _smtp._tls.a.example TXT v=TLSRPTv1; rua=https://a.example/
            _smtp._tls.b.example TXT v=TLSRPTv1; rua=mailto:r@b.example
            """);
    for (String domain : List.of("a.example", "b.example")) {
      sessions.add(DAY, domain, Map.of(new TlsSession(STS, "mx.test", Optional.empty()), 1L));
    }
    isPostBroken = true;

    assertThat(send()).isEqualTo(new SendReports.Result(1, 0, 0, 1));

    assertThat(one().envelope().recipients().getFirst().address()).hasToString("r@b.example");
  }
}

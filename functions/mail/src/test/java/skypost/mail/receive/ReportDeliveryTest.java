package skypost.mail.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.contract.Samples.address;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.auth.Checked.OfMessage;
import skypost.mail.auth.arc.ArcVerdict;
import skypost.mail.auth.dmarc.DmarcResult;
import skypost.mail.auth.dmarc.DmarcVerdict;
import skypost.mail.auth.dmarc.Policy;
import skypost.mail.auth.spf.SpfResult;
import skypost.mail.auth.spf.SpfVerdict;
import skypost.mail.bounce.Bounces;
import skypost.mail.contract.Samples;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.memory.InMemoryReceivedReports;
import skypost.mail.memory.InMemoryTraces;
import skypost.mail.message.Envelope;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.MessageId;
import skypost.mail.message.SenderResults;
import skypost.mail.report.Report;
import skypost.mail.verify.CountSenders;
import skypost.mail.verify.Verification;
import skypost.protocol.address.EmailAddress;

/** Reports of others, on their way to the counts. */
class ReportDeliveryTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-25T08:00:00Z"), ZoneOffset.UTC);
  private static final EmailAddress ANN = address("ann@local.example");
  private static final EmailAddress BOB = address("bob@local.example");
  private static final LocalDate DAY = LocalDate.of(2026, 11, 24);
  private static final String REPORT =
      """
      Subject: Report Domain: %1$s
      Content-Type: text/xml

      <feedback>
        <report_metadata>
          <org_name>There</org_name><report_id>1</report_id>
          <date_range><begin>1795478400</begin><end>1795564799</end></date_range>
        </report_metadata>
        <policy_published><domain>%1$s</domain><p>none</p></policy_published>
      </feedback>
      """
          .replace("\n", "\r\n");

  private final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemoryMailboxes mailboxes = new InMemoryMailboxes();
  private final InMemoryTraces traces = new InMemoryTraces();
  private final InMemoryReceivedReports reports = new InMemoryReceivedReports();
  private Verification verification = Verification.NONE;
  private final ReceiveMessage receive =
      new ReceiveMessage(
          new ReceiveMessage.Ports(
              directory,
              messages,
              mailboxes,
              new InMemoryBodyHolders(),
              new InMemoryOutboundQueue(CLOCK, _ -> {}),
              traces,
              new Bounces(messages, "mx.local.example"),
              ReturnPaths.NONE,
              Samples.filters(directory, messages, mailboxes, CLOCK),
              reports,
              (_, _) -> verification,
              CountSenders.NONE),
          CLOCK);

  @BeforeEach
  void users() throws IOException {
    directory.putDomain(Domain.local("local.example"));
    for (EmailAddress user : List.of(ANN, BOB)) {
      mailboxes.create(user, 0);
      directory.putAccount(new Account.User(user, 0, false));
    }
  }

  private MessageId come(String content, String... to) throws IOException {
    Envelope envelope =
        new Envelope(
            Optional.of(address("noreply@there.example")),
            Map.of(),
            List.of(to).stream().map(each -> new Envelope.Recipient(address(each))).toList(),
            new Envelope.Origin(
                CLOCK.instant(),
                Optional.of("192.0.2.9"),
                "mx.there.example",
                Optional.empty(),
                Optional.empty()));
    MessageId id = Samples.id(CLOCK.instant());
    try (IncomingMessages.Draft draft = messages.begin(id, envelope)) {
      draft.write(content.getBytes(StandardCharsets.UTF_8));
      draft.commit();
    }
    receive.receive(id, false);
    return id;
  }

  private List<Report> kept(String domain) {
    return reports.list(Report.Kind.DMARC, domain, DAY, DAY, 100, Optional.empty()).items();
  }

  private int inbox(EmailAddress user) throws IOException {
    return mailboxes.open(user, Mailboxes.INBOX).orElseThrow().messages().size();
  }

  @Test
  void aReportIsCountedAndNobodyIsBothered() throws IOException {
    MessageId id = come(REPORT.formatted("local.example"), "DMARC-reports@local.example");
    receive.receive(id, false); // the event comes again

    assertThat(kept("local.example")).hasSize(1);
    assertThat(inbox(ANN) + inbox(BOB)).isZero();
    assertThat(messages.open(id)).isEmpty();
    assertThat(traces.receipt(id))
        .hasValueSatisfying(receipt ->
            assertThat(receipt.outcomes().getFirst().outcome().toString()).contains("report"));
  }

  @Test
  void whatIsNoReportIsForAPerson() throws IOException {
    come("Subject: hello\r\n\r\nBuy our reports!\r\n", "dmarc-reports@local.example");
    come(REPORT.formatted("other.example"), "dmarc-reports@local.example");

    assertThat(kept("local.example")).isEmpty();
    assertThat(inbox(ANN)).as("the first user is postmaster").isEqualTo(2);
  }

  /** Else anybody could tell us anything about our own mail. */
  @Test
  void whatNobodyStandsForIsNotBelieved() throws IOException {
    var dmarc =
        new DmarcVerdict(
            DmarcResult.NONE, "there.example", "", Policy.NONE, Policy.NONE, false, false, "");
    verification =
        new Verification(
            SenderResults.NONE,
            Optional.of(
                new Verification.Sender(
                    new SpfVerdict(new SpfResult.SoftFail(), "there.example", false),
                    new OfMessage(List.of(), dmarc, new ArcVerdict.None(), List.of()),
                    false)));

    come(REPORT.formatted("local.example"), "dmarc-reports@local.example");

    assertThat(kept("local.example")).isEmpty();
    assertThat(inbox(ANN)).isEqualTo(1);
  }

  @Test
  void aUserOfThatNameGetsThemToo() throws IOException {
    directory.putAccount(new Account.Alias(address("dmarc-reports@local.example"), List.of(BOB)));

    MessageId id = come(REPORT.formatted("local.example"), "dmarc-reports@local.example");

    assertThat(kept("local.example")).hasSize(1);
    assertThat(inbox(BOB)).isEqualTo(1);
    assertThat(messages.open(id)).isPresent();
  }

  @Test
  void aReportForOthersTooIsDeliveredToThem() throws IOException {
    MessageId id =
        come(REPORT.formatted("local.example"), "dmarc-reports@local.example", "bob@local.example");

    assertThat(kept("local.example")).hasSize(1);
    assertThat(inbox(BOB)).isEqualTo(1);
    assertThat(messages.open(id)).isPresent();
  }

  @Test
  void aSubdomainHearsOfItsOrganization() throws IOException {
    directory.putDomain(Domain.local("mail.other.example"));

    come(REPORT.formatted("other.example"), "dmarc-reports@mail.other.example");

    assertThat(kept("mail.other.example")).hasSize(1);
  }
}

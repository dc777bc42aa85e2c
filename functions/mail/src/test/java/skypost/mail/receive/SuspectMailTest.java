package skypost.mail.receive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.contract.Samples.address;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
import skypost.mail.directory.SenderExemption;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.filter.ApplyFilter;
import skypost.mail.filter.Filter;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.mailbox.FinalDelivery;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryFilterMemories;
import skypost.mail.memory.InMemoryFilters;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.memory.InMemoryReceivedReports;
import skypost.mail.memory.InMemoryTraces;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.message.MessageSource;
import skypost.mail.message.SenderResults;
import skypost.mail.queue.QueueEntry;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.verify.CountSenders;
import skypost.mail.verify.Verification;
import skypost.protocol.address.EmailAddress;

/**
 * What becomes of mail because of what was found out about its sender, and what its readers see.
 */
class SuspectMailTest {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final EmailAddress ANN = address("ann@local.example");
  private static final EmailAddress BOB = address("bob@open.example");
  private static final String CLAIM = "Authentication-Results: mx.local.example; dmarc=pass\r\n";
  private static final String REST = "Subject: hi\r\nFrom: joe@far.example\r\n\r\nbody\r\n";
  private static final SenderResults SAID =
      new SenderResults("mx.local.example; spf=fail smtp.mailfrom=far.example; dmarc=fail");

  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryMailboxes mailboxes = new InMemoryMailboxes();
  private final InMemoryTraces traces = new InMemoryTraces();
  private final InMemoryOutboundQueue queue = new InMemoryOutboundQueue(CLOCK, wake -> {});
  private final InMemoryFilters filters = new InMemoryFilters(directory);
  private final Map<String, Row> counted = new HashMap<>();
  private Policy wanted = Policy.QUARANTINE;

  private final ReceiveMessage receive =
      new ReceiveMessage(
          new ReceiveMessage.Ports(
              directory,
              messages,
              mailboxes,
              new InMemoryBodyHolders(),
              queue,
              traces,
              new Bounces(messages, "mx.local.example"),
              new ReturnPaths(List.of("a secret of ours")),
              new ApplyFilter(
                  new ApplyFilter.Ports(
                      filters, new InMemoryFilterMemories(), messages, mailboxes, traces),
                  "mx.local.example",
                  CLOCK),
              new InMemoryReceivedReports(),
              this::verify,
              new CountSenders(counted::put)),
          CLOCK);

  private Verification verify(Envelope envelope, MessageSource message) {
    if (envelope.origin().client().isEmpty() || envelope.origin().madeFrom().isPresent()) {
      return Verification.NONE;
    }
    var dmarc =
        new DmarcVerdict(
            DmarcResult.FAIL, "far.example", "far.example", wanted, wanted, false, false, "");
    return new Verification(
        SAID,
        Optional.of(
            new Verification.Sender(
                new SpfVerdict(new SpfResult.Fail(""), "far.example", false),
                new OfMessage(List.of(), dmarc, new ArcVerdict.None(), List.of()),
                false)));
  }

  @BeforeEach
  void users() throws IOException {
    directory.putDomain(Domain.local("local.example"));
    var everybody = SenderExemption.Kind.NETWORK.parse("192.0.2.0/24").orElseThrow();
    directory.putDomain(
        new Domain(
            "open.example",
            Domain.Kind.LOCAL,
            Optional.empty(),
            new SenderPolicy(
                SenderPolicy.DmarcReject.JUNK, SenderPolicy.Spoofed.JUNK, List.of(everybody))));
    for (EmailAddress user : List.of(ANN, BOB)) {
      mailboxes.create(user, 0);
      directory.putAccount(new Account.User(user, 0, false));
    }
  }

  private MessageId receive(String... to) throws IOException {
    return receiveText(CLAIM + REST, to);
  }

  private MessageId receiveText(String text, String... to) throws IOException {
    MessageId id = Samples.id(NOW.minusSeconds(60));
    var origin =
        new Envelope.Origin(
                NOW, Optional.of("192.0.2.1"), "far.example", Optional.empty(), Optional.empty())
            .takenBy("mx.local.example");
    var envelope =
        new Envelope(
            Optional.of(address("joe@far.example")),
            Map.of(),
            List.of(to).stream().map(Samples::address).map(Envelope.Recipient::new).toList(),
            origin);
    try (var draft = messages.begin(id, envelope)) {
      draft.write(text.getBytes(ISO_8859_1));
      draft.commit();
    }
    receive.receive(id, false);
    return id;
  }

  private List<MailboxMessage> folder(EmailAddress user, String name) {
    return mailboxes.open(user, name).orElseThrow().messages();
  }

  private String read(EmailAddress user, MailboxMessage message) throws IOException {
    try (var stored = messages.open(message.id()).orElseThrow()) {
      return new String(
          FinalDelivery.read(stored.content(), stored.envelope(), user, message.results())
              .readAllBytes(),
          ISO_8859_1);
    }
  }

  private void filter(String script) throws IOException {
    assertThat(filters.put(ANN, new Filter(script, "{}"))).isTrue();
  }

  @Test
  void itLiesInJunkAndItsReaderSeesWhatWeFoundOut() throws IOException {
    receive("ann@local.example");

    assertThat(folder(ANN, "INBOX")).isEmpty();
    MailboxMessage message = folder(ANN, "Junk").getFirst();
    String seen = read(ANN, message);
    assertThat(seen)
        .isEqualTo(
            "Return-Path: <joe@far.example>\r\nDelivered-To: ann@local.example\r\n"
                + "Authentication-Results: mx.local.example;\r\n"
                + "\tspf=fail smtp.mailfrom=far.example;\r\n\tdmarc=fail\r\n"
                + REST);
    assertThat(message.size()).isEqualTo(seen.length());
    assertThat(counted.get("far.example").evaluated().disposition()).isEqualTo("quarantine");
  }

  @Test
  void theTraceSaysWhy() throws IOException {
    MessageId id = receive("ann@local.example", "bob@open.example");

    var receipt = traces.receipt(id).orElseThrow();
    assertThat(receipt.results()).isEqualTo(SAID.value());
    assertThat(receipt.outcomes())
        .extracting(outcome -> outcome.given() + " " + outcome.because())
        .containsExactly("ann@local.example dmarc-quarantine", "bob@open.example ");
    assertThat(folder(BOB, "INBOX")).as("exempt in its domain").hasSize(1);
  }

  @Test
  void whatIsRightIsFiledToInboxWithTheResults() throws IOException {
    wanted = Policy.NONE;

    receive("ann@local.example");

    assertThat(folder(ANN, "Junk")).isEmpty();
    assertThat(read(ANN, folder(ANN, "INBOX").getFirst()))
        .contains("Authentication-Results: mx.local.example;\r\n\tspf=fail")
        .doesNotContain("dmarc=pass");
    assertThat(counted.get("far.example").evaluated().disposition()).isEqualTo("none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Spam-Flag: YES",
        "X-Spam: Yes",
        "X-Spam-Status: Yes, score=9.1 required=5.0",
        "x-rspamd-action: add header",
      })
  void whatAFilterBeforeUsCallsSpamLiesInJunkWithTheReason(String field) throws IOException {
    wanted = Policy.NONE;

    MessageId id = receiveText(field + "\r\n" + REST, "ann@local.example");

    assertThat(folder(ANN, "Junk")).hasSize(1);
    assertThat(traces.receipt(id).orElseThrow().outcomes().getFirst().because())
        .isEqualTo("spam-header");
    assertThat(counted.get("far.example").evaluated().disposition())
        .as("DMARC has no part in it")
        .isEqualTo("none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Spam-Flag: NO",
        "X-Spam-Status: No, score=-1 required=5.0 yes",
        "X-Spam-Level: **********",
        "X-Rspamd-Action: no action",
        "Subject: X-Spam-Flag: YES",
      })
  void whatNobodyCallsSpamDoesNot(String field) throws IOException {
    wanted = Policy.NONE;

    receiveText(field + "\r\n" + REST, "ann@local.example");

    assertThat(folder(ANN, "INBOX")).hasSize(1);
  }

  @Test
  void theUsersFilterGoesFirst() throws IOException {
    filter("require [\"fileinto\", \"mailbox\"]; fileinto :create \"Far\";");
    receive("ann@local.example");
    filter("keep;");
    receive("ann@local.example");
    filter("discard;");
    receive("ann@local.example");
    filter("if header :contains \"subject\" \"other\" { discard; }");
    receive("ann@local.example");

    assertThat(folder(ANN, "Far")).hasSize(1);
    assertThat(folder(ANN, "INBOX")).as("kept by the script").hasSize(1);
    assertThat(folder(ANN, "Junk")).as("nobody said anything").hasSize(1);
  }

  @Test
  void theFilterSeesWhatTheReaderSees() throws IOException {
    filter(
        """
        require "fileinto";
        if header :contains "authentication-results" "dmarc=pass" { discard; }
        elsif header :contains "authentication-results" "spf=fail" { keep; }
        """);

    receive("ann@local.example");

    assertThat(folder(ANN, "INBOX")).hasSize(1);
  }

  @Test
  void forgedMailIsNotAnsweredButSentOn() throws IOException {
    filter(
        "require [\"vacation\", \"copy\"]; vacation \"away\"; redirect :copy \"me@home.example\";");

    MessageId id = receive("ann@local.example");

    List<MessageId> made = new ArrayList<>();
    messages.listFrom(MessageId.first(Instant.EPOCH)).forEachRemaining(made::add);
    made.remove(id);
    assertThat(made).hasSize(1);
    try (var redirected = messages.open(made.getFirst()).orElseThrow()) {
      assertThat(redirected.envelope().recipients().getFirst().address())
          .hasToString("me@home.example");
      assertThat(redirected.envelope().origin().madeFrom()).contains(id);
      assertThat(new String(redirected.content().readAllBytes(), ISO_8859_1))
          .contains("\r\nAuthentication-Results: mx.local.example;\r\n\tspf=fail")
          .doesNotContain("dmarc=pass");
    }
    assertThat(folder(ANN, "Junk")).hasSize(1);
  }

  @Test
  void theNextServerIsToldToo() throws IOException {
    directory.putAccount(
        new Account.Alias(address("away@local.example"), List.of(address("x@elsewhere.example"))));

    MessageId id = receive("away@local.example");

    QueueEntry entry = queue.entries(id).getFirst();
    try (var stored = messages.open(id).orElseThrow()) {
      var results = SenderResults.unpack(entry.results(), stored.envelope());
      byte[] sent = results.render(stored.content()).readAllBytes();
      assertThat(results).isEqualTo(SAID);
      assertThat(entry.size()).isEqualTo(sent.length);
    }
  }
}

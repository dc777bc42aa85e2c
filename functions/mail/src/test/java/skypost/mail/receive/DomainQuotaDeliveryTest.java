package skypost.mail.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.contract.Samples.address;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.bounce.Bounces;
import skypost.mail.contract.Samples;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.directory.FolderTimes;
import skypost.mail.directory.MailboxRules;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryDeletedMessages;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryDomainUsage;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.memory.InMemoryReceivedReports;
import skypost.mail.memory.InMemoryTraces;
import skypost.mail.message.Envelope;
import skypost.mail.message.Envelope.Recipient;
import skypost.mail.message.MessageId;
import skypost.mail.verify.CountSenders;
import skypost.mail.verify.Verification;
import skypost.protocol.address.EmailAddress;

/** Mail for a domain whose mailboxes together may hold only so much. */
class DomainQuotaDeliveryTest {
  private static final EmailAddress ANN = address("ann@small.example");
  private static final EmailAddress BOB = address("bob@small.example");
  private static final EmailAddress CAROL = address("carol@other.example");

  private Instant now = Instant.parse("2026-11-25T08:00:00Z");
  private final Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);
  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryMailboxes mailboxes = new InMemoryMailboxes(clock);
  private final InMemoryTraces traces = new InMemoryTraces();
  private final ReceiveMessage receive =
      new ReceiveMessage(
          new ReceiveMessage.Ports(
              directory,
              messages,
              mailboxes,
              new InMemoryBodyHolders(),
              new InMemoryOutboundQueue(clock, _ -> {}),
              traces,
              new Bounces(messages, "mx.local.example"),
              ReturnPaths.NONE,
              Samples.filters(directory, messages, mailboxes, clock),
              new InMemoryReceivedReports(),
              (_, _) -> Verification.NONE,
              CountSenders.NONE,
              new InMemoryDomainUsage()),
          clock);

  @BeforeEach
  void users() throws IOException {
    quota(2000);
    directory.putDomain(Domain.local("other.example"));
    for (EmailAddress user : List.of(ANN, BOB, CAROL)) {
      mailboxes.create(user, 0);
      directory.putAccount(new Account.User(user, 0, false));
    }
  }

  private void quota(long bytes) throws IOException {
    directory.putDomain(
        new Domain(
            "small.example",
            Domain.Kind.LOCAL,
            Optional.empty(),
            SenderPolicy.DEFAULT,
            Domain.RecipientCheck.NONE,
            new MailboxRules(bytes, FolderTimes.NONE)));
  }

  @Test
  void whatOneMailboxHoldsThereIsNoRoomForInAnother() throws IOException {
    come(1500, ANN);
    assertThat(inbox(ANN)).isEqualTo(1);

    MessageId refused = come(600, BOB, CAROL);

    assertThat(inbox(BOB)).isZero();
    assertThat(inbox(CAROL)).as("another domain").isEqualTo(1);
    assertThat(bounceOf(refused))
        .contains("Status: 5.2.2", "bob@small.example")
        .doesNotContain("carol@");
    assertThat(new InMemoryDeletedMessages(mailboxes).find(BOB, refused))
        .as("he can have it when there is room")
        .isPresent();
    assertThat(messages.open(refused)).isPresent();
  }

  @Test
  void mailComesInAgainWhenThereIsRoom() throws IOException {
    come(1950, ANN);
    come(600, BOB);
    assertThat(inbox(BOB)).isZero();

    quota(10_000);
    now = now.plus(Duration.ofMinutes(10)); // the rules are remembered for a time
    come(600, BOB);
    assertThat(inbox(BOB)).isEqualTo(1);

    quota(2000);
    now = now.plus(Duration.ofMinutes(10));
    come(600, CAROL);
    come(600, BOB);
    mailboxes.delete(ANN, gone -> {});
    now = now.plusSeconds(30);
    MessageId still = come(600, BOB);
    assertThat(inbox(BOB)).as("until it is counted again").isEqualTo(2);
    assertThat(bounceOf(still)).contains("Status: 5.2.2");
    now = now.plusSeconds(10);
    come(600, BOB);
    assertThat(inbox(BOB)).isEqualTo(3);
  }

  @Test
  void whoMakesRoomOpensTheDomainThoughNobodyCounts() throws IOException {
    come(1990, ANN);
    come(600, BOB);
    assertThat(inbox(BOB)).isZero();
    mailboxes.delete(ANN, gone -> {});

    now = now.plus(Duration.ofHours(1)); // all mail was refused at RCPT meanwhile
    come(600, BOB);

    assertThat(inbox(BOB)).isEqualTo(1);
  }

  @Test
  void aMessageThatWasFiledIsNotBouncedWhenItsEventComesAgain() throws IOException {
    MessageId filed = come(1990, ANN);
    now = now.plusSeconds(10);

    receive.receive(filed, false);

    assertThat(inbox(ANN)).isEqualTo(1);
    assertThat(bounces()).isZero();
  }

  @Test
  void ofAMailboxThatIsGoneTheBodyGoesToo() throws IOException {
    come(1990, ANN);
    mailboxes.delete(BOB, gone -> {});

    MessageId refused = come(600, BOB);

    assertThat(bounceOf(refused)).contains("Status: 5.1.1");
    assertThat(messages.open(refused)).isEmpty();
  }

  private MessageId come(int size, EmailAddress... to) throws IOException {
    now = now.plusMillis(1);
    MessageId id = Samples.id(now);
    var origin =
        new Envelope.Origin(
            now, Optional.of("203.0.113.9"), "far.example", Optional.empty(), Optional.empty());
    List<Recipient> recipients = List.of(to).stream().map(Recipient::new).toList();
    var envelope =
        new Envelope(Optional.of(address("sender@far.example")), Map.of(), recipients, origin);
    try (var draft = messages.begin(id, envelope)) {
      String raw = "Subject: x\r\n\r\n" + "x".repeat(size - 14);
      draft.write(raw.getBytes(StandardCharsets.US_ASCII));
      draft.commit();
    }
    receive.receive(id, false);
    return id;
  }

  private int inbox(EmailAddress user) throws IOException {
    return mailboxes.open(user, Mailboxes.INBOX).orElseThrow().messages().size();
  }

  private int bounces() throws IOException {
    int bounces = 0;
    for (var ids = messages.listFrom(MessageId.first(Instant.EPOCH)); ids.hasNext(); ) {
      try (var stored = messages.open(ids.next()).orElseThrow()) {
        bounces += stored.envelope().sender().isEmpty() ? 1 : 0;
      }
    }
    return bounces;
  }

  private String bounceOf(MessageId id) throws IOException {
    MessageId bounce = MessageId.derived(id.acceptedAt(), "receive " + id);
    try (var stored = messages.open(bounce).orElseThrow()) {
      return new String(stored.content().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

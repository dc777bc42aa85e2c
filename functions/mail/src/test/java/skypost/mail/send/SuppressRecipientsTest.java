package skypost.mail.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.mail.bounce.Bounces;
import skypost.mail.directory.HardBounce;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.SmartHosts;
import skypost.mail.directory.Suppressions.Suppression;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.memory.InMemorySuppressions;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.Outcome;
import skypost.protocol.smtp.client.Peer;
import skypost.protocol.smtp.client.TlsDemand;
import skypost.protocol.smtp.client.Transaction;

/** Addresses that failed for good are written to once. */
class SuppressRecipientsTest {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final SmtpReply NO_SUCH_USER = SmtpReply.of(550, 1, 1, "no such user");
  private static final EmailAddress GONE = address("gone@far.example");

  private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
  private final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryOutboundQueue queue = new InMemoryOutboundQueue(clock, wake -> {});
  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemorySuppressions suppressions = new InMemorySuppressions();
  private final List<EmailAddress> asked = new ArrayList<>();
  private final SendMessage send = sender();
  private int sent;

  private SendMessage sender() {
    RememberedDirectory remembered = new RememberedDirectory(directory, clock);
    Hop hop =
        new Hop(new Peer("mx", new InetSocketAddress("192.0.2.1", 25)), new TlsDemand.Clear());
    return new SendMessage(
        new SendMessage.Ports(
            queue,
            messages,
            new InMemoryBodyHolders(),
            new Bounces(messages, "mx.local.example"),
            new SuppressRecipients(remembered, suppressions, clock)),
        (destination, sender, chosen, wish) -> new Route.Via(List.of(hop)),
        (hops, transaction, limit) -> deliver(transaction),
        destination -> RetrySchedule.DEFAULT,
        clock,
        new Random(1));
  }

  /** A server where nobody is called gone, and full is full. */
  private Courier.Delivery deliver(Transaction transaction) {
    List<Courier.Result> results = new ArrayList<>();
    for (Transaction.Recipient recipient : transaction.recipients()) {
      asked.add(recipient.address());
      Outcome outcome =
          switch (recipient.address().local()) {
            case "gone" -> new Outcome.Failed(NO_SUCH_USER);
            case "full" -> new Outcome.Failed(SmtpReply.of(552, 2, 2, "mailbox full"));
            default -> new Outcome.Delivered(SmtpReply.of(250, 0, 0, "ok"));
          };
      results.add(new Courier.Result(outcome, Optional.of("mx")));
    }
    return new Courier.Delivery(results, "mx[192.0.2.1]:25", "");
  }

  private void switchOn() throws IOException {
    directory.putRelay(
        new RelaySettings(
            List.of(),
            SmartHosts.NONE,
            List.of(),
            List.of(),
            Map.of("local.example", Duration.ofDays(90))));
  }

  @Test
  void anAddressThatFailedForGoodIsNotAskedAgainAndTheSenderIsTold() throws IOException {
    switchOn();
    send("ann@local.example", "gone@far.example");
    asked.clear();

    QueueEntry second = send("eve@local.example", "bob@far.example", "GONE@far.example");

    assertThat(asked).extracting(EmailAddress::local).containsExactly("bob");
    assertThat(second.recipients().getFirst().end().orElseThrow()).isInstanceOf(End.Sent.class);
    assertThat(second.recipients().getLast().end().orElseThrow().toString())
        .contains("recipient suppressed since 2026-11-25: 550 5.1.1 no such user");
    assertThat(second.status()).isEqualTo(Status.DONE);
    assertThat(bounces()).hasSize(2);
    assertThat(suppressions.find("local.example", GONE, NOW))
        .contains(
            new Suppression(
                GONE, NOW, "550 5.1.1 no such user", Optional.of(NOW.plus(Duration.ofDays(90)))));
  }

  @Test
  void whereAllAreSuppressedNobodyIsConnectedTo() throws IOException {
    switchOn();
    suppressions.put("local.example", new Suppression(GONE, NOW, "by hand", Optional.empty()));

    QueueEntry entry = send("ann@local.example", "gone@far.example");

    assertThat(asked).isEmpty();
    assertThat(entry.status()).isEqualTo(Status.DONE);
    assertThat(bounces()).hasSize(1);
    assertThat(suppressions.find("local.example", GONE, NOW).orElseThrow().reason())
        .isEqualTo("by hand"); // a refusal of ours is no new failure
  }

  @Test
  void onlyTheDomainThatWantsItIsKeptFromIt() throws IOException {
    switchOn();
    send("ann@other.example", "gone@far.example");
    assertThat(suppressions.find("other.example", GONE, NOW)).isEmpty();
    send("ann@local.example", "gone@far.example", "full@far.example");
    asked.clear();

    send("ann@other.example", "gone@far.example");
    send("ann@local.example", "full@far.example");

    assertThat(asked).extracting(EmailAddress::local).containsExactly("gone", "full");
  }

  @ParameterizedTest
  @CsvSource({
    "550, 1, 1, true",
    "550, 1, 2, true",
    "556, 1, 10, true",
    "550, 2, 1, true",
    "450, 1, 1, false",
    "552, 2, 2, false",
    "550, 7, 1, false",
    "554, 4, 7, false",
    "550, -1, -1, false",
    "553, 1, 8, false"
  })
  void onlyWhatIsOfTheAddressItselfCounts(int code, int subject, int detail, boolean hard) {
    assertThat(HardBounce.isHard(SmtpReply.of(code, subject, detail, "x"))).isEqualTo(hard);
  }

  private QueueEntry send(String from, String... to) throws IOException {
    MessageId id = MessageId.derived(NOW, "message " + sent++);
    List<QueuedRecipient> recipients =
        Arrays.stream(to)
            .map(text -> new QueuedRecipient(address(text), Map.of(), Optional.empty()))
            .toList();
    try (var draft =
        messages.begin(
            id,
            new Envelope(
                Optional.of(address(from)),
                Map.of(),
                recipients.stream().map(r -> new Envelope.Recipient(r.address())).toList(),
                Envelope.Origin.internal(NOW, "test")))) {
      draft.write("Subject: x\r\n\r\nhi\r\n".getBytes(StandardCharsets.US_ASCII));
      draft.commit();
    }
    QueueEntry entry =
        QueueEntry.first(
            new EntryId(id, "far.example", 0), Optional.of(address(from)), 18, recipients);
    queue.enqueue(List.of(entry));
    send.send(
        EntryWake.of(entry, Optional.empty()), InvocationTime.of(NOW, Duration.ofSeconds(310)));
    return queue.entries(id).getFirst();
  }

  private List<MessageId> bounces() {
    List<MessageId> bounces = new ArrayList<>();
    Iterator<MessageId> ids = messages.listFrom(MessageId.first(Instant.EPOCH));
    while (ids.hasNext()) {
      MessageId id = ids.next();
      if (messages.open(id).orElseThrow().envelope().sender().isEmpty()) {
        bounces.add(id);
      }
    }
    return bounces;
  }

  private static EmailAddress address(String text) {
    return EmailAddress.parse(text).orElseThrow();
  }
}

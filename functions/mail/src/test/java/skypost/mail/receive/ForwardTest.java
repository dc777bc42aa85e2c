package skypost.mail.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.contract.Samples.address;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.bounce.Bounces;
import skypost.mail.contract.Samples;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.memory.InMemoryReceivedReports;
import skypost.mail.memory.InMemoryTraces;
import skypost.mail.message.Envelope;
import skypost.mail.message.Envelope.Recipient;
import skypost.mail.message.MessageId;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.verify.CountSenders;
import skypost.mail.verify.Verification;
import skypost.protocol.address.EmailAddress;

class ForwardTest {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final String LONG =
      "bounces+1234567-0a1b-someone.long=receiver.example@em1234.sender.example";

  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryMailboxes mailboxes = new InMemoryMailboxes();
  private final InMemoryTraces traces = new InMemoryTraces();
  private final InMemoryOutboundQueue queue = new InMemoryOutboundQueue(CLOCK, _ -> {});
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
              Samples.filters(directory, messages, mailboxes, CLOCK),
              new InMemoryReceivedReports(),
              (envelope, message) -> Verification.NONE,
              CountSenders.NONE),
          CLOCK);

  @BeforeEach
  void directory() throws IOException {
    directory.putDomain(Domain.local("local.example"));
    directory.putDomain(Domain.local("second.example"));
    alias("away@local.example", "ann@far.example");
    alias("away@second.example", "bob@far.example");
  }

  @Test
  void forwardedMailLeavesInTheAliasesName() throws IOException {
    MessageId id = receive("alice@there.example", "away@local.example");

    assertThat(sender(id)).matches("SRS0=.*=there\\.example=alice@local\\.example");
    assertThat(traces.receipt(id).orElseThrow().envelope().sender())
        .contains(address("alice@there.example"));
  }

  @Test
  void twoAliasesOfTwoDomainsEachUseTheirOwn() throws IOException {
    MessageId id = receive("alice@there.example", "away@local.example", "away@second.example");

    assertThat(queue.entries(id))
        .extracting(
            entry -> entry.sender().orElseThrow().domain(),
            entry -> entry.recipients().getFirst().address().toString())
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("local.example", "ann@far.example"),
            org.assertj.core.groups.Tuple.tuple("second.example", "bob@far.example"));
  }

  @Test
  void ourOwnUsersSenderAndTheNullSenderStay() throws IOException {
    assertThat(sender(receive("ann@second.example", "away@local.example")))
        .isEqualTo("ann@second.example");
    assertThat(queue.entries(receive("", "away@local.example")).getFirst().sender()).isEmpty();
  }

  @Test
  void whoIsNoAliasIsSentToAsHeIs() throws IOException {
    assertThat(sender(receive("alice@there.example", "carol@far.example")))
        .isEqualTo("alice@there.example");
  }

  @ParameterizedTest
  @ValueSource(strings = {"alice@there.example", LONG})
  void aReportOnForwardedMailGoesBackToItsSender(String first) throws IOException {
    String returnPath = sender(receive(first, "away@local.example"));

    MessageId report = receive("", returnPath);

    QueueEntry entry = queue.entries(report).getFirst();
    assertThat(entry.sender()).isEmpty();
    assertThat(entry.recipients())
        .extracting(QueuedRecipient::address)
        .containsExactly(address(first));
  }

  @Test
  void onlyReportsGoBack() throws IOException {
    String returnPath = sender(receive("alice@there.example", "away@local.example"));

    MessageId id = receive("spam@far.example", returnPath);

    assertThat(queue.entries(id)).isEmpty();
    assertThat(traces.receipt(id).orElseThrow().outcomes().getFirst().outcome().toString())
        .contains("550 5.1.1");
  }

  private String sender(MessageId id) throws IOException {
    return queue.entries(id).getFirst().sender().orElseThrow().toString();
  }

  private MessageId receive(String sender, String... recipients) throws IOException {
    MessageId id = Samples.id(NOW);
    var origin =
        new Envelope.Origin(
            NOW, Optional.of("203.0.113.9"), "far.example", Optional.empty(), Optional.empty());
    List<Recipient> to = List.of(recipients).stream().map(r -> new Recipient(address(r))).toList();
    Optional<EmailAddress> from =
        sender.isEmpty() ? Optional.empty() : Optional.of(address(sender));
    try (var draft = messages.begin(id, new Envelope(from, Map.of(), to, origin))) {
      draft.write("Subject: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      draft.commit();
    }
    receive.receive(id, false);
    return id;
  }

  private void alias(String alias, String target) throws IOException {
    directory.putAccount(new Account.Alias(address(alias), List.of(address(target))));
  }
}

package skypost.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.bounce.Bounces;
import skypost.mail.contract.Samples;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.mailbox.ExpireMessages;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Retention;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryCountedMail;
import skypost.mail.memory.InMemoryDeletedMessages;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryExpiringMailboxes;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.memory.InMemoryReceivedReports;
import skypost.mail.memory.InMemoryTraces;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.receive.ReceiveMessage;
import skypost.mail.receive.SweepMark;
import skypost.mail.receive.SweepUnfinished;
import skypost.mail.report.CountMail;
import skypost.mail.verify.CountSenders;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/** The events of events/receive-*.json, through the real handler. */
class ReceiveHandlerTest {
  private static final Path EVENTS = Path.of("..", "..", "events");
  private static final EmailAddress BOB = new EmailAddress("bob", "example.com");
  private static final List<MessageId> IDS =
      List.of(new MessageId("01m88ve4d0p5y83py2cw"), new MessageId("01m88ve4d0p5y83py2cx"));

  private final Clock clock = Clock.fixed(Instant.parse("2026-11-26T08:00:00Z"), ZoneOffset.UTC);
  private final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryMailboxes mailboxes =
      new InMemoryMailboxes(Clock.fixed(IDS.getFirst().acceptedAt(), ZoneOffset.UTC));
  private final InMemoryDeletedMessages deleted = new InMemoryDeletedMessages(mailboxes);
  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemoryTraces traces = new InMemoryTraces();
  private final List<MessageId> repeated = new ArrayList<>();
  private Optional<SmtpReply> refusal = Optional.empty();
  private ReceiveHandler handler;

  @BeforeEach
  void twoStoredMessages() throws IOException {
    directory.putDomain(Domain.local("example.com"));
    directory.putAccount(new Account.User(BOB, 0, false));
    mailboxes.create(BOB, 0);
    for (MessageId id : IDS) {
      Envelope envelope =
          new Envelope(
              Optional.empty(),
              java.util.Map.of(),
              List.of(new Envelope.Recipient(BOB)),
              Envelope.Origin.internal(clock.instant(), "mx.example.com"));
      try (var draft = messages.begin(id, envelope)) {
        draft.write("Subject: hi\r\n\r\nhi\r\n".getBytes(StandardCharsets.US_ASCII));
        draft.commit();
      }
    }
    var queue = new InMemoryOutboundQueue(clock, wake -> {});
    var ports =
        new ReceiveMessage.Ports(
            directory,
            messages,
            mailboxes,
            new InMemoryBodyHolders(),
            queue,
            traces,
            new Bounces(messages, "mx.example.com"),
            skypost.mail.forward.ReturnPaths.NONE,
            Samples.filters(directory, messages, mailboxes, clock),
            new InMemoryReceivedReports(),
            (envelope, message) -> skypost.mail.verify.Verification.NONE,
            CountSenders.NONE);
    handler =
        new ReceiveHandler(
            new ReceiveMessage(ports, clock),
            new SweepUnfinished(
                new SweepUnfinished.Ports(messages, traces, queue, repeated::add, new NoMark()),
                clock),
            new ExpireMessages(
                new ExpireMessages.Ports(
                    new InMemoryExpiringMailboxes(mailboxes), deleted, directory, Retention.NONE),
                new FreeBodies(new InMemoryBodyHolders(), messages),
                clock),
            id -> refusal.filter(reply -> id.equals(IDS.getFirst())),
            new CountMail(domain -> true, new InMemoryCountedMail(), clock),
            clock);
  }

  private static final class NoMark implements SweepMark {
    @Override
    public Optional<MessageId> read() {
      return Optional.empty();
    }

    @Override
    public void write(MessageId mark) {
      assertThat(mark).isGreaterThan(IDS.getLast());
    }
  }

  @Test
  void everyMessageOfTheBatchIsFiled() throws IOException {
    assertThat(handle("receive-message.json")).isEqualTo("{\"batchItemFailures\":[]}");

    assertThat(mailboxes.open(BOB, Mailboxes.INBOX).orElseThrow().messages())
        .extracting(Mailboxes.MailboxMessage::id)
        .containsExactlyInAnyOrderElementsOf(IDS);
  }

  @Test
  void aFrontIsToldWhetherItsMessageIsRefused() throws IOException {
    assertThat(handle("receive-check.json")).isEqualTo("{}");

    refusal = Optional.of(SmtpReply.of(550, 7, 26, "forged"));

    assertThat(handle("receive-check.json"))
        .isEqualTo(
            "{\"refused\":{\"code\":550,\"subject\":7,\"detail\":26,\"lines\":[\"forged\"]}}");
  }

  @Test
  void theTestEventOfS3IsPassedOver() throws IOException {
    assertThat(handle("receive-test-event.json")).isEqualTo("{\"batchItemFailures\":[]}");
  }

  @Test
  void whatIsNoEventIsHandedBackAlone() throws IOException {
    assertThat(handle("receive-malformed.json"))
        .isEqualTo(
            "{\"batchItemFailures\":[{\"itemIdentifier\":\"7d5b2f2e-4f7e-4a1b-9f6e-1d9f5f3f8b01\"}]}");
  }

  @Test
  void theSweepRepeatsTheEventsOfMessagesWithoutReceipt() throws IOException {
    assertThat(handle("receive-sweep.json")).contains("\"messages\":2");
    assertThat(repeated).containsExactlyElementsOf(IDS);
  }

  private String handle(String event) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    handler.handleRequest(
        new ByteArrayInputStream(Files.readAllBytes(EVENTS.resolve(event))), answer, null);
    return answer.toString(StandardCharsets.UTF_8);
  }
}

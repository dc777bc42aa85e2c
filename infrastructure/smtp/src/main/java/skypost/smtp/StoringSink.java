package skypost.smtp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import skypost.mail.message.Envelope;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.MessageId;
import skypost.mail.verify.SessionCheck;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.SmtpClient;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.SmtpSink;
import skypost.protocol.smtp.SmtpTransaction;

/**
 * Puts messages where ReceiveFunction finds them, each under a new id and with our Received field
 * on top; what a user submits is completed.
 */
final class StoringSink implements SmtpSink {
  private final String hostname;
  private final IncomingMessages messages;
  private final Clock clock;
  private final RandomGenerator random;
  private final boolean completes;
  private final SessionCheck check;

  /**
   * @param random safe for many threads, such as SecureRandom
   * @param completes whether messages are submissions ({@link SubmittedMessage}); others are never
   *     touched (RFC 5321 section 6.4)
   */
  StoringSink(
      String hostname,
      SmtpFront.Ports ports,
      Clock clock,
      RandomGenerator random,
      boolean completes) {
    this.hostname = hostname;
    this.messages = ports.messages();
    this.check = ports.check();
    this.clock = clock;
    this.random = random;
    this.completes = completes;
  }

  @Override
  public Incoming begin(SmtpTransaction transaction) throws IOException {
    return begin(transaction, false);
  }

  /**
   * Begins a message.
   *
   * @param checked whether its sender is looked at before it is accepted, and it may be refused
   *     then
   */
  Incoming begin(SmtpTransaction transaction, boolean checked) throws IOException {
    Instant now = clock.instant();
    MessageId id = MessageId.at(now, random);
    IncomingMessages.Draft draft = messages.begin(id, envelope(transaction, now));
    try {
      draft.write(
          ReceivedField.of(hostname, id, transaction, now).getBytes(StandardCharsets.UTF_8));
    } catch (IOException | RuntimeException fault) {
      draft.close();
      throw fault;
    }
    if (completes) {
      var submitted = new SubmittedMessage(draft, authority(transaction), id, now);
      return new SubmittedIncoming(id, draft, submitted);
    }
    return checked ? new CheckedIncoming(id, draft, check) : new StoringIncoming(id, draft);
  }

  /** Whose name a Message-ID bears that we add: the sender's domain, as its signature does. */
  private String authority(SmtpTransaction transaction) {
    return transaction
        .sender()
        .address()
        .or(transaction.client()::login)
        .map(EmailAddress::domain)
        .orElse(hostname);
  }

  private Envelope envelope(SmtpTransaction transaction, Instant now) {
    SmtpClient client = transaction.client();
    List<Envelope.Recipient> recipients =
        transaction.recipients().stream()
            .map(recipient -> new Envelope.Recipient(recipient.address(), recipient.parameters()))
            .toList();
    Optional<String> tls = client.peer().tls().map(Object::toString);
    return new Envelope(
        transaction.sender().address(),
        transaction.sender().parameters(),
        recipients,
        new Envelope.Origin(
                now, Optional.of(client.peer().address()), client.helo(), tls, client.login())
            .takenBy(hostname));
  }

  private static class StoringIncoming extends Incoming {
    private final MessageId id;
    private final IncomingMessages.Draft draft;

    StoringIncoming(MessageId id, IncomingMessages.Draft draft) {
      this.id = id;
      this.draft = draft;
    }

    @Override
    public void write(int octet) throws IOException {
      draft.write(octet);
    }

    @Override
    public void write(byte[] block, int offset, int length) throws IOException {
      draft.write(block, offset, length);
    }

    @Override
    public Committed commit() throws IOException {
      draft.commit();
      return new Committed.Stored(id.value());
    }

    @Override
    public void close() throws IOException {
      draft.close();
    }
  }

  /**
   * Is staged, and accepted when it may be. Should this program die in between, the client has no
   * answer and comes again, and what was staged is nobody's.
   */
  private static final class CheckedIncoming extends StoringIncoming {
    private final MessageId id;
    private final IncomingMessages.Draft draft;
    private final SessionCheck check;

    CheckedIncoming(MessageId id, IncomingMessages.Draft draft, SessionCheck check) {
      super(id, draft);
      this.id = id;
      this.draft = draft;
      this.check = check;
    }

    @Override
    public Committed commit() throws IOException {
      Optional<SmtpReply> refusal = refusal();
      return refusal.isPresent() ? new Committed.Refused(refusal.get()) : super.commit();
    }

    /** Without an answer the message is taken, and filed by what is found out later. */
    private Optional<SmtpReply> refusal() {
      try {
        draft.stage();
        return check.refusal(id);
      } catch (IOException | RuntimeException fault) {
        EventLog.warn("unchecked").with("id", id).cause(fault).write();
        return Optional.empty();
      }
    }
  }

  private static final class SubmittedIncoming extends StoringIncoming {
    private final SubmittedMessage message;

    SubmittedIncoming(MessageId id, IncomingMessages.Draft draft, SubmittedMessage message) {
      super(id, draft);
      this.message = message;
    }

    @Override
    public void write(int octet) throws IOException {
      message.write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] block, int offset, int length) throws IOException {
      message.write(block, offset, length);
    }

    @Override
    public Committed commit() throws IOException {
      message.finish();
      return super.commit();
    }
  }
}

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
import skypost.protocol.smtp.SmtpClient;
import skypost.protocol.smtp.SmtpSink;
import skypost.protocol.smtp.SmtpTransaction;

/**
 * Puts messages where ReceiveFunction finds them, each under a new id and with our Received field
 * on top.
 */
final class StoringSink implements SmtpSink {
  private final String hostname;
  private final IncomingMessages messages;
  private final Clock clock;
  private final RandomGenerator random;

  /**
   * @param random safe for many threads, such as SecureRandom
   */
  StoringSink(String hostname, IncomingMessages messages, Clock clock, RandomGenerator random) {
    this.hostname = hostname;
    this.messages = messages;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public Incoming begin(SmtpTransaction transaction) throws IOException {
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
    return new StoringIncoming(id, draft);
  }

  private static Envelope envelope(SmtpTransaction transaction, Instant now) {
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
            now, Optional.of(client.peer().address()), client.helo(), tls, client.login()));
  }

  private static final class StoringIncoming extends Incoming {
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
    public String commit() throws IOException {
      draft.commit();
      return id.value();
    }

    @Override
    public void close() throws IOException {
      draft.close();
    }
  }
}

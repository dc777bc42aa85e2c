package skypost.mail.send;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.mail.auth.RawMessage;
import skypost.mail.auth.Zone;
import skypost.mail.auth.dkim.DkimVerdict;
import skypost.mail.auth.dkim.DkimVerifier;
import skypost.mail.directory.Network;
import skypost.mail.directory.RelaySettings;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemorySigningKeys;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.message.MessageSource;
import skypost.mail.message.StoredMessages;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.QueueEntry;
import skypost.mail.signing.DomainKeys;
import skypost.mail.signing.LocalKeyVault;
import skypost.mail.signing.MakeSigningPair;
import skypost.mail.signing.Signers;
import skypost.mail.signing.SigningPair;
import skypost.mail.signing.SigningPair.State;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.io.BlockInputStream;
import skypost.protocol.smtp.client.FakeMx;
import skypost.protocol.smtp.client.SmtpClient;
import skypost.protocol.smtp.client.Timeouts;
import skypost.protocol.smtp.client.Transaction;
import skypost.protocol.smtp.client.WireForm;

/** Whose mail is signed, and that the signatures are over what leaves. */
class SignOutgoingTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  private final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemorySigningKeys keys = new InMemorySigningKeys();
  private final Zone zone = Zone.of("");
  private SignOutgoing sign;

  @BeforeEach
  void makeKeys() throws IOException {
    var vault = new LocalKeyVault(new byte[LocalKeyVault.KEY_OCTETS], new SecureRandom());
    for (String domain : List.of("us.example", "other.example")) {
      SigningPair pair =
          new MakeSigningPair(vault, new SecureRandom())
              .make(DomainKeys.none(domain), NOW)
              .in(new State.Active(NOW));
      keys.replace(DomainKeys.none(domain).with(pair));
      pair.halves().forEach(half -> zone.add(half.recordName(domain) + " TXT " + half.record()));
    }
    sign =
        SignOutgoing.by(
            new SignOutgoing.Means(
                new Signers(keys, vault, CLOCK),
                new RememberedDirectory(directory, CLOCK),
                List.of(Network.of("192.0.2.0/24")),
                "mx.us.example",
                CLOCK));
  }

  private MessageBody store(String sender, Envelope.Origin origin, byte[] message)
      throws IOException {
    return store(messages, sender, origin, message);
  }

  private static MessageBody store(
      InMemoryMessages messages, String sender, Envelope.Origin origin, byte[] message)
      throws IOException {
    MessageId id = MessageId.at(NOW, new Random());
    var envelope =
        new Envelope(
            EmailAddress.parse(sender),
            Map.of(),
            List.of(new Envelope.Recipient(new EmailAddress("bob", "far.example"))),
            origin);
    try (var draft = messages.begin(id, envelope)) {
      draft.write(message);
      draft.commit();
    }
    return MessageBody.open(messages, entry(id)).orElseThrow();
  }

  private static QueueEntry entry(MessageId id) {
    return QueueEntry.first(new EntryId(id, "far.example", 0), Optional.empty(), 1, List.of());
  }

  private static Envelope.Origin origin(String client, String login) {
    return new Envelope.Origin(
        NOW,
        Optional.ofNullable(client),
        "helo.example",
        Optional.empty(),
        Optional.ofNullable(login).flatMap(EmailAddress::parse));
  }

  private static String leaves(Transaction.Content content, WireForm form) throws IOException {
    var out = new ByteArrayOutputStream();
    out.write(content.fieldsBefore(form));
    try (InputStream in = content.open()) {
      form.write(in, out);
    }
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  private List<DkimVerdict> verdicts(String message) throws IOException {
    byte[] octets = message.getBytes(StandardCharsets.ISO_8859_1);
    return DkimVerifier.verify(RawMessage.read(MessageSource.of(octets)), NOW, zone);
  }

  /** Each line: client, login, envelope sender, From field; then by whom it is signed. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          203.0.113.9 | ann@us.example    | ann@us.example    | ann@us.example                 | us.example
          203.0.113.9 | ann@us.example    | ann@us.example    | Ann <Boss@US.example>          | us.example
          203.0.113.9 | ann@us.example    | -                 | ann@us.example                 | us.example
          203.0.113.9 | ann@us.example    | x@other.example   | x@other.example                | other.example
          203.0.113.9 | ann@us.example    | x@other.example   | ann@us.example                 | us.example
          203.0.113.9 | ann@us.example    | ann@us.example    | x@other.example                | -
          203.0.113.9 | ann@us.example    | ann@us.example    | a@us.example, x@other.example  | -
          203.0.113.9 | ann@us.example    | ann@us.example    | a@us.example, b@us.example     | us.example
          203.0.113.9 | ann@us.example    | ann@us.example    | a@sub.us.example               | -
          203.0.113.9 | ann@sub.us.example | ann@sub.us.example | ann@sub.us.example           | us.example
          203.0.113.9 | ann@nokeys.example | ann@nokeys.example | ann@nokeys.example           | -
          203.0.113.9 | ann@us.example    | ann@us.example    | nobody                         | -
          203.0.113.9 | ann@us.example    | ann@us.example    | a@us.example\\r\\nFrom: b@us.example | -
          203.0.113.9 | -                 | ann@us.example    | ann@us.example                 | -
          203.0.113.9 | -                 | x@far.example     | ann@us.example                 | -
          192.0.2.7   | -                 | app@us.example    | app@us.example                 | us.example
          192.0.2.7   | -                 | x@far.example     | ann@us.example                 | -
          -           | -                 | -                 | MAILER-DAEMON@mx.us.example    | us.example
          -           | -                 | postmaster@us.example | postmaster@us.example      | us.example
          -           | -                 | -                 | ann@us.example                 | -
          -           | ann@us.example    | -                 | ann@us.example                 | us.example
          -           | ann@us.example    | -                 | boss@other.example             | -
          """)
  void whoSpeaksForTheAuthorSigns(
      String client, String login, String sender, String from, String signer) throws IOException {
    byte[] message =
        ("From: " + from.replace("\\r\\n", "\r\n") + "\r\nSubject: x\r\n\r\nhi\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    MessageBody body = store(sender == null ? "" : sender, origin(client, login), message);

    String leaves = leaves(sign.over(body), WireForm.LINES);
    if (signer == null) {
      assertThat(leaves).isEqualTo(new String(message, StandardCharsets.US_ASCII));
    } else {
      assertThat(verdicts(leaves))
          .extracting(verdict -> verdict.result().code() + " " + verdict.domain())
          .containsExactly("pass " + signer, "pass " + signer);
    }
  }

  @Test
  void theDirectorySaysWhoIsTrusted() throws IOException {
    byte[] message = "From: app@us.example\r\n\r\nhi\r\n".getBytes(StandardCharsets.US_ASCII);
    directory.putRelay(new RelaySettings(List.of(Network.of("203.0.113.0/24")), Optional.empty()));

    assertThat(sign.over(store("app@us.example", origin("203.0.113.9", null), message)))
        .isInstanceOf(SignedContent.class);
    assertThat(sign.over(store("app@us.example", origin("192.0.2.7", null), message)))
        .isInstanceOf(MessageBody.class);
  }

  /** Two servers, one of which takes 7 bits only: each gets signatures that fit. */
  @Test
  void whatIsConvertedIsSignedAsItLeaves() throws IOException {
    byte[] message =
        ("From: ann@us.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: text/plain; charset=utf-8\r\n\r\n.Gr\u00fc\u00dfe  \r\n\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8);
    try (FakeMx mx = FakeMx.start()) {
      for (List<String> offers :
          List.of(
              List.of("SIZE 1000000"),
              List.of("8BITMIME", "SIZE 1000000"),
              List.of("PIPELINING", "CHUNKING"),
              List.of("PIPELINING", "CHUNKING", "8BITMIME"))) {
        mx.offers(offers.toArray(String[]::new));
        MessageBody body =
            store("ann@us.example", origin("203.0.113.9", "ann@us.example"), message);
        send(mx, sign.over(body));
      }
      assertThat(mx.received()).hasSize(4);
      for (var received : mx.received()) {
        String text = new String(received.content(), StandardCharsets.ISO_8859_1);
        assertThat(verdicts(text))
            .as(text)
            .extracting(verdict -> verdict.result().code())
            .containsExactly("pass", "pass");
        assertThat(text.startsWith("DKIM-Signature: ")).isTrue();
      }
      assertThat(mx.received().get(0).text()).contains("quoted-printable");
      assertThat(mx.received().get(1).text()).doesNotContain("quoted-printable");
      int size = mx.received().get(1).content().length;
      assertThat(mx.commands()).anyMatch(command -> command.contains(" SIZE=" + size));
    }
  }

  private static final Courier.Patience PATIENCE =
      new Courier.Patience(Duration.ofMinutes(5), Duration.ofMinutes(1), Duration.ZERO);

  private static Courier.Delivery send(FakeMx mx, Transaction.Content content) {
    var transaction =
        new Transaction(
            EmailAddress.parse("ann@us.example"),
            Map.of(),
            List.of(
                new Transaction.Recipient(new EmailAddress("bob", "far.example"), Map.of()),
                new Transaction.Recipient(new EmailAddress("eve", "far.example"), Map.of())),
            content);
    return new SmtpCourier(new SmtpClient("mx.us.example", Timeouts.STANDARD))
        .deliver(List.of(mx.hop()), transaction, PATIENCE);
  }

  @Test
  void whatCannotBeReadIsNotBegun() throws IOException {
    var stored = new Endless("From: ann@us.example\r\n\r\n", 2_000_000);
    MessageBody body =
        MessageBody.open(stored, entry(MessageId.at(NOW, new Random()))).orElseThrow();
    Transaction.Content unreadable = sign.over(body);
    stored.broken = true;
    try (FakeMx mx = FakeMx.start()) {
      Courier.Delivery made = send(mx, unreadable);

      assertThat(made.results().toString()).contains("Deferred", "the store is away");
      assertThat(mx.commands()).noneMatch(command -> command.startsWith("MAIL"));
    }
  }

  @Test
  void aFormIsSignedOnceForAll() throws IOException {
    byte[] message = "From: ann@us.example\r\n\r\nhi\r\n".getBytes(StandardCharsets.US_ASCII);
    Transaction.Content content =
        sign.over(store("ann@us.example", origin("203.0.113.9", "ann@us.example"), message));

    assertThat(content.fieldsBefore(WireForm.LINES)).isSameAs(content.fieldsBefore(WireForm.LINES));
  }

  /** A hundred megabytes go by in the memory of a function's share. */
  @Test
  void aLargeMessageIsSignedWithoutBeingHeld() throws IOException {
    long size = 100_000_000;
    String header = "From: ann@us.example\r\nSubject: large\r\n\r\n";
    var stored = new Endless(header, size);
    MessageBody body =
        MessageBody.open(stored, entry(MessageId.at(NOW, new Random()))).orElseThrow();
    Transaction.Content content = sign.over(body);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    byte[] fields = content.fieldsBefore(WireForm.LINES);

    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(size / 10);
    assertThat(stored.opened).isEqualTo(1);
    try (InputStream in = content.open()) {
      assertThat(in.transferTo(OutputStream.nullOutputStream())).isEqualTo(size);
    }
    assertThat(stored.opened).isEqualTo(2); // one read more than without signatures
    MessageSource leaving =
        new MessageSource() {
          @Override
          public long size() {
            return fields.length + size;
          }

          @Override
          public InputStream open() {
            return new SequenceInputStream(new ByteArrayInputStream(fields), stored.content());
          }
        };
    assertThat(DkimVerifier.verify(RawMessage.read(leaving), NOW, zone))
        .extracting(verdict -> verdict.result().code())
        .containsExactly("pass", "pass");
    body.close();
  }

  /** A store of one message that is made while it is read. */
  private static final class Endless implements StoredMessages {
    final byte[] header;
    final long size;
    int opened;
    boolean broken;

    Endless(String header, long size) {
      this.header = header.getBytes(StandardCharsets.US_ASCII);
      this.size = size;
    }

    @Override
    public Optional<StoredMessage> open(MessageId id) {
      opened++;
      var envelope =
          new Envelope(
              EmailAddress.parse("ann@us.example"),
              Map.of(),
              List.of(new Envelope.Recipient(new EmailAddress("bob", "far.example"))),
              origin("203.0.113.9", "ann@us.example"));
      return Optional.of(new StoredMessage(envelope, size, content()));
    }

    InputStream content() {
      return new BlockInputStream() {
        private long at;

        @Override
        public int read(byte[] to, int from, int count) throws IOException {
          if (broken) {
            throw new IOException("the store is away");
          }
          if (at >= size) {
            return -1;
          }
          int most = (int) Math.min(count, size - at);
          for (int i = 0; i < most; i++) {
            to[from + i] = octet(at++);
          }
          return most;
        }
      };
    }

    @Override
    public void delete(Collection<MessageId> ids) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Iterator<MessageId> listFrom(MessageId from) {
      throw new UnsupportedOperationException();
    }

    byte octet(long at) {
      if (at < header.length) {
        return header[(int) at];
      }
      return (byte)
          "0123456789abcdef 0123456789ABCDEF\r\n".charAt((int) ((at - header.length) % 35));
    }
  }
}

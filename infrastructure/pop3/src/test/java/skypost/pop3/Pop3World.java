package skypost.pop3;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import skypost.mail.authorize.Authorizer;
import skypost.mail.contract.TestClock;
import skypost.mail.directory.Network;
import skypost.mail.directory.ScramKeys;
import skypost.mail.mailbox.DeletedMessages;
import skypost.mail.mailbox.FinalDelivery;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.memory.InMemoryDeletedMessages;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.message.Envelope;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.MessageId;
import skypost.mail.tls.SelfSignedCertificate;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.Metrics;
import skypost.protocol.net.TlsContexts;
import skypost.protocol.sasl.ScramLogin;
import skypost.protocol.sasl.ScramSalt;

/** A POP3 server over ports in memory, with Anna and Bob, whose passwords are their names. */
final class Pop3World implements AutoCloseable {
  static final EmailAddress ANNA = new EmailAddress("anna", "here.example");
  static final EmailAddress BOB = new EmailAddress("bob", "here.example");
  static final List<Network> LOOPBACK = List.of(Network.of("127.0.0.0/8"), Network.of("::1/128"));
  private static final SelfSignedCertificate CERTIFICATE =
      SelfSignedCertificate.generate("localhost", Instant.now());

  final InMemoryMailboxes memory = new InMemoryMailboxes();
  final InMemoryDeletedMessages deleted = new InMemoryDeletedMessages(memory);
  final RecordedMailboxes mailboxes = new RecordedMailboxes(memory);
  final InMemoryMessages messages = new InMemoryMessages();
  final RecordedMessages opened = new RecordedMessages(messages);
  final NamesAsPasswords authorizer = new NamesAsPasswords();
  final TestClock clock = new TestClock("2026-11-25T12:00:00Z");
  final Pop3Server server;
  private final SplittableRandom random = new SplittableRandom(7);

  final List<String> measured = new CopyOnWriteArrayList<>();
  final Metrics metrics = Metrics.to("Skypost", measured::add, Clock.systemUTC());

  Pop3World() throws IOException {
    this(LOOPBACK);
  }

  Pop3World(List<Network> trusted) throws IOException {
    memory.create(ANNA, 0);
    memory.create(BOB, 0);
    var settings =
        new Pop3Settings(
            "pop.here.example",
            InetAddress.getLoopbackAddress(),
            0,
            0,
            TlsContexts.server(CERTIFICATE.certificate(), CERTIFICATE.key()),
            trusted,
            List.of(),
            16);
    var ports = new Pop3Server.Ports(authorizer, mailboxes, opened);
    server = Pop3Server.start(settings, ports, clock, metrics);
  }

  Pop3TestClient connect() throws IOException {
    return new Pop3TestClient(server.pop3Port());
  }

  Pop3TestClient loggedIn(EmailAddress user) throws IOException {
    Pop3TestClient client = connect();
    String answer = client.login(user.toString(), user.local());
    if (!answer.startsWith("+OK")) {
      throw new IOException(answer);
    }
    return client;
  }

  /** Files a message for users who share its body. */
  MessageId deliver(String raw, EmailAddress... users) throws IOException {
    return deliver(raw.getBytes(StandardCharsets.ISO_8859_1), envelope(), users);
  }

  /** What a user has deleted and can have back, with its body. */
  List<MessageId> recoverable(EmailAddress user) {
    return deleted.list(user, 100, Optional.empty()).orElseThrow().items().stream()
        .map(DeletedMessages.DeletedMessage::id)
        .filter(id -> messages.open(id).isPresent())
        .toList();
  }

  MessageId deliver(byte[] raw, Envelope envelope, EmailAddress... users) throws IOException {
    Instant at = clock.instant();
    MessageId id = MessageId.at(at, random);
    try (IncomingMessages.Draft draft = messages.begin(id, envelope)) {
      draft.write(raw);
      draft.commit();
    }
    boolean shared = users.length > 1;
    for (EmailAddress user : users) {
      long size = FinalDelivery.size(envelope, user, raw.length);
      memory.deliver(user, new Mailboxes.Delivery(id, Mailboxes.INBOX, size, shared, "hi"));
    }
    return id;
  }

  static Envelope envelope() {
    var origin =
        new Envelope.Origin(
            Instant.EPOCH, Optional.of("192.0.2.1"), "mx", Optional.empty(), Optional.empty());
    return new Envelope(
        Optional.of(new EmailAddress("carl", "there.example")),
        Map.of(),
        List.of(new Envelope.Recipient(ANNA)),
        origin);
  }

  static String headers(EmailAddress user) {
    return new String(FinalDelivery.headers(envelope(), user), StandardCharsets.UTF_8);
  }

  Mailboxes.MailboxStatus status(EmailAddress user) {
    return memory.status(user).orElseThrow();
  }

  /** A client context that trusts this server's certificate and no other. */
  static SSLContext trust() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, new char[0]);
    var pem =
        new java.io.ByteArrayInputStream(
            CERTIFICATE.certificate().getBytes(StandardCharsets.US_ASCII));
    store.setCertificateEntry(
        "server", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  @Override
  public void close() {
    server.drain(Duration.ZERO);
  }

  /** Lets in whoever knows his own name. */
  static final class NamesAsPasswords implements Authorizer {
    private static final ScramSalt SALT = new ScramSalt("c2FsdA==", 4096);
    final AtomicInteger questions = new AtomicInteger();

    @Override
    public LoginAnswer login(LoginQuestion question) {
      questions.incrementAndGet();
      return EmailAddress.parse(question.username())
          .filter(user -> user.local().equals(question.password()))
          .<LoginAnswer>map(user -> new LoginAnswer.Accepted(user.canonical(), Grant.NONE))
          .orElseGet(LoginAnswer.Refused::new);
    }

    @Override
    public ScramSalt scramSalt(ScramSaltQuestion question) {
      return SALT;
    }

    @Override
    public LoginAnswer tokenLogin(TokenQuestion question) {
      questions.incrementAndGet();
      return question.token().equals("good")
          ? new LoginAnswer.Accepted(new EmailAddress("alice", "example.com"), Grant.NONE)
          : new LoginAnswer.Refused();
    }

    @Override
    public ScramAnswer scramLogin(ScramQuestion question) {
      questions.incrementAndGet();
      EmailAddress user = EmailAddress.parse(question.proof().username()).orElseThrow();
      return ScramKeys.of(user.local(), SALT)
          .flatMap(keys -> keys.check(question.proof()))
          .<ScramAnswer>map(signature ->
              new ScramAnswer.Accepted(new ScramLogin(user.canonical(), signature), Grant.NONE))
          .orElseGet(ScramAnswer.Refused::new);
    }

    @Override
    public List<RecipientAnswer> recipients(RecipientsQuestion question) {
      throw new IllegalStateException("POP3 has no recipients");
    }
  }
}

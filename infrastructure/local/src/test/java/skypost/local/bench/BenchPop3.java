package skypost.local.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import skypost.local.BenchMailboxes;
import skypost.mail.authorize.Authorizer;
import skypost.mail.directory.Network;
import skypost.mail.directory.PasswordHash;
import skypost.mail.mailbox.FinalDelivery;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.message.Envelope;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.MessageId;
import skypost.mail.tls.ServerTls;
import skypost.pop3.Pop3Server;
import skypost.pop3.Pop3Settings;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.Metrics;
import skypost.protocol.sasl.ScramSalt;

/**
 * The POP3 server by itself, as a process, with users who all have the same messages. Mailboxes and
 * bodies are in memory or, with a folder as second argument, on the embedded endpoints.
 */
final class BenchPop3 {
  /** In memory, with passwords hashed as AuthorizeFunction has them. */
  static final String HASHED = "hashed";

  private static final int MAX_CONNECTIONS = 20_000;

  private BenchPop3() {}

  /** Says {@code ready PORT}, and serves until its standard input ends. */
  public static void main(String[] arguments) throws Exception {
    int count = Integer.parseInt(arguments[0]);
    Pop3Server server =
        arguments.length == 1
            ? inMemory(count, new NamesAsUsers())
            : arguments[1].equals(HASHED)
                ? inMemory(count, new HashedPasswords())
                : embedded(count, Path.of(arguments[1]));
    System.out.println("ready " + server.pop3Port());
    System.in.transferTo(java.io.OutputStream.nullOutputStream());
    System.exit(0);
  }

  private static Pop3Server inMemory(int count, Authorizer authorizer) throws Exception {
    var mailboxes = new InMemoryMailboxes();
    var messages = new InMemoryMessages();
    fill(mailboxes, messages, count);
    return start(new Pop3Server.Ports(authorizer, mailboxes, messages));
  }

  private static Pop3Server embedded(int count, Path folder) throws Exception {
    BenchMailboxes made = BenchMailboxes.start(folder);
    fill(made.mailboxes(), made.messages(), count);
    return start(new Pop3Server.Ports(new NamesAsUsers(), made.mailboxes(), made.messages()));
  }

  /** Serves on a port that the system chooses. */
  static Pop3Server start(Pop3Server.Ports ports) throws IOException {
    Pop3Settings settings =
        new Pop3Settings(
            "pop.bench.test",
            InetAddress.getByAddress(new byte[] {127, 0, 0, 1}),
            0,
            0,
            ServerTls.selfSigned("pop.bench.test", Instant.now()),
            List.of(Network.of("127.0.0.0/8")),
            List.of(),
            MAX_CONNECTIONS);
    return Pop3Server.start(settings, ports, Clock.systemUTC(), Metrics.off());
  }

  private static void fill(Mailboxes mailboxes, IncomingMessages messages, int count)
      throws Exception {
    byte[] raw = Pop3Load.message().getBytes(StandardCharsets.US_ASCII);
    SplittableRandom random = new SplittableRandom(1);
    Instant at = Instant.now();
    List<MessageId> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      MessageId id = MessageId.at(at.plusMillis(i), random);
      ids.add(id);
      try (IncomingMessages.Draft draft = messages.begin(id, envelope())) {
        draft.write(raw);
        draft.commit();
      }
    }
    List<Callable<Boolean>> users = new ArrayList<>();
    for (int i = 0; i < Servers.USERS; i++) {
      EmailAddress user = new EmailAddress("user" + i, Servers.DOMAIN);
      users.add(() -> file(mailboxes, user, ids, raw.length));
    }
    try (var threads = Executors.newFixedThreadPool(Servers.USERS)) {
      for (var filed : threads.invokeAll(users)) {
        filed.get();
      }
    }
  }

  /** Files messages of one size to a new mailbox. */
  static boolean file(Mailboxes mailboxes, EmailAddress user, List<MessageId> ids, int octets)
      throws IOException {
    mailboxes.create(user, 0);
    long size = FinalDelivery.size(envelope(), user, octets);
    for (MessageId id : ids) {
      mailboxes.deliver(
          user,
          new Mailboxes.Delivery(
              id, Mailboxes.INBOX, size, true, "Subject of a usual length, forty letters"));
    }
    return true;
  }

  private static Envelope envelope() {
    return new Envelope(
        Optional.of(new EmailAddress("sender", "elsewhere.test")),
        Map.of(),
        List.of(new Envelope.Recipient(new EmailAddress("user", Servers.DOMAIN))),
        Envelope.Origin.internal(Instant.EPOCH, "mx"));
  }

  /** Lets everybody in who knows the password; Dovecot's passwd-file is as cheap. */
  static class NamesAsUsers implements Authorizer {
    boolean isRight(String password) {
      return password.equals(Pop3Load.PASSWORD);
    }

    @Override
    public LoginAnswer login(LoginQuestion question) {
      return isRight(question.password())
          ? new LoginAnswer.Accepted(
              EmailAddress.parse(question.username()).orElseThrow(), Grant.NONE)
          : new LoginAnswer.Refused();
    }

    @Override
    public ScramSalt scramSalt(ScramSaltQuestion question) throws IOException {
      throw new IOException("nobody asks here");
    }

    @Override
    public LoginAnswer tokenLogin(TokenQuestion question) {
      return new LoginAnswer.Refused();
    }

    @Override
    public ScramAnswer scramLogin(ScramQuestion question) {
      return new ScramAnswer.Refused();
    }

    @Override
    public List<RecipientAnswer> recipients(RecipientsQuestion question) {
      throw new IllegalStateException("POP3 has no recipients");
    }
  }

  /** The same, but what it knows is the hash that is kept in the cloud. */
  private static final class HashedPasswords extends NamesAsUsers {
    private final String hash = PasswordHash.of(Pop3Load.PASSWORD, new SecureRandom());

    @Override
    boolean isRight(String password) {
      return PasswordHash.matches(password, hash);
    }
  }
}

package skypost.smtp;

import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import skypost.mail.authorize.AuthorizeLogin;
import skypost.mail.authorize.AuthorizeRecipients;
import skypost.mail.authorize.Authorizer;
import skypost.mail.authorize.CheckRelayRecipients;
import skypost.mail.authorize.CountTogether;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.directory.Network;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.ScramKeys;
import skypost.mail.directory.StoredPassword;
import skypost.mail.memory.InMemoryCredentials;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryLoginAttempts;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryProbedRecipients;
import skypost.mail.memory.InMemoryRelayRecipients;
import skypost.mail.memory.InMemorySuppressions;
import skypost.mail.memory.InMemoryTallies;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages.StoredMessage;
import skypost.mail.tls.ServerTls;
import skypost.mail.verify.SessionCheck;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.Metrics;
import skypost.protocol.sasl.ScramSalt;
import skypost.smtp.SmtpFrontSettings.Defence;

/**
 * A front on the real decisions and on ports in memory: domain example.com with alice and bob,
 * whose passwords are their names and "-password". {@code main} keeps one running on ports 2525,
 * 2587 and 2465 (or another thousand), to be tried with swaks or curl.
 */
final class MemoryFront implements AutoCloseable {
  private static final Defence DEFENCE_BEHIND_PROXY =
      new Defence(1, Duration.ZERO, 0, Duration.ZERO);

  final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryDirectory directory = new InMemoryDirectory();
  final CountingAuthorizer authorizer;
  volatile SessionCheck checking = SessionCheck.NONE;
  private final SessionCheck check = id -> checking.refusal(id);
  final List<String> measured = new CopyOnWriteArrayList<>();
  final Metrics metrics = Metrics.to("Skypost", measured::add, Clock.systemUTC());
  final SmtpFront front;

  private MemoryFront(
      int smtp, int submission, int submissions, List<Network> proxies, Defence defence)
      throws IOException {
    InMemoryCredentials credentials = new InMemoryCredentials();
    directory.putDomain(Domain.local("example.com"));
    for (String name : List.of("alice", "bob")) {
      EmailAddress address = new EmailAddress(name, "example.com");
      directory.putAccount(new Account.User(address, 0, false));
      ScramSalt salt = ScramKeys.salt(new SecureRandom());
      credentials.put(
          address, salt, StoredPassword.of(name + "-password", salt, new SecureRandom()));
    }
    RelaySettings trustNobody = new RelaySettings(List.of(), Optional.empty());
    authorizer =
        new CountingAuthorizer(
            new AuthorizeLogin(
                credentials, new InMemoryLoginAttempts(), directory, Clock.systemUTC()),
            new AuthorizeRecipients(
                new AuthorizeRecipients.Ports(
                    directory,
                    new InMemoryMailboxes(),
                    withoutRelayDomains(),
                    new InMemorySuppressions()),
                trustNobody,
                Clock.systemUTC()),
            new CountTogether(new InMemoryTallies(), directory, trustNobody, Clock.systemUTC()));
    SmtpFrontSettings settings =
        new SmtpFrontSettings(
            "mx.test",
            InetAddress.getLoopbackAddress(),
            Map.of(Door.SMTP, smtp, Door.SUBMISSION, submission, Door.SUBMISSIONS, submissions),
            52_428_800,
            100,
            ServerTls.selfSigned("mx.test", Instant.now()),
            proxies,
            defence);
    front =
        SmtpFront.start(
            settings,
            new SmtpFront.Ports(authorizer, messages, check),
            Clock.systemUTC(),
            new SecureRandom(),
            metrics);
  }

  private static CheckRelayRecipients withoutRelayDomains() {
    return new CheckRelayRecipients(
        new InMemoryRelayRecipients(),
        new InMemoryProbedRecipients(),
        (domain, asked) -> {
          throw new IllegalStateException("there is no relay domain");
        },
        Clock.systemUTC());
  }

  static MemoryFront start() throws IOException {
    return defended(Defence.NONE);
  }

  static MemoryFront defended(Defence defence) throws IOException {
    return new MemoryFront(0, 0, 0, List.of(), defence);
  }

  static MemoryFront behindProxy() throws IOException {
    return behindProxy(DEFENCE_BEHIND_PROXY);
  }

  static MemoryFront behindProxy(Defence defence) throws IOException {
    return new MemoryFront(0, 0, 0, List.of(Network.of("127.0.0.0/8"), Network.of("::1")), defence);
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int base = arguments.length == 0 ? 2000 : Integer.parseInt(arguments[0]);
    try (MemoryFront running =
        new MemoryFront(base + 525, base + 587, base + 465, List.of(), Defence.NONE)) {
      System.out.println("ready on " + running.front.port(Door.SMTP));
      Thread.currentThread().join();
    }
  }

  /** Makes or changes a domain, before anybody has asked for it. */
  void domain(Domain domain) throws IOException {
    directory.putDomain(domain);
  }

  /** Somebody who gets mail and cannot log in. */
  void user(String address) throws IOException {
    directory.putAccount(new Account.User(EmailAddress.parse(address).orElseThrow(), 0, false));
  }

  List<MessageId> ids() {
    List<MessageId> ids = new ArrayList<>();
    messages.listFrom(MessageId.first(Instant.EPOCH)).forEachRemaining(ids::add);
    return ids;
  }

  StoredMessage only() {
    List<MessageId> ids = ids();
    if (ids.size() != 1) {
      throw new AssertionError(ids.size() + " messages are stored");
    }
    return messages.open(ids.getFirst()).orElseThrow();
  }

  @Override
  public void close() {
    front.close();
  }

  /** The real decisions in process, counted, and out of reach when told so. */
  static final class CountingAuthorizer implements Authorizer {
    final List<String> questions = new CopyOnWriteArrayList<>();
    volatile boolean unreachable;
    private final AuthorizeLogin logins;
    private final AuthorizeRecipients recipients;
    private final CountTogether counts;

    CountingAuthorizer(
        AuthorizeLogin logins, AuthorizeRecipients recipients, CountTogether counts) {
      this.counts = counts;
      this.logins = logins;
      this.recipients = recipients;
    }

    @Override
    public LoginAnswer login(LoginQuestion question) throws IOException {
      questions.add("login");
      check();
      return logins.decide(question);
    }

    @Override
    public ScramSalt scramSalt(ScramSaltQuestion question) throws IOException {
      questions.add("scram-salt");
      check();
      return logins.decide(question);
    }

    @Override
    public LoginAnswer tokenLogin(TokenQuestion question) throws IOException {
      questions.add("token");
      check();
      return logins.decide(question);
    }

    @Override
    public ScramAnswer scramLogin(ScramQuestion question) throws IOException {
      questions.add("scram");
      check();
      return logins.decide(question);
    }

    @Override
    public List<RecipientAnswer> recipients(RecipientsQuestion question) throws IOException {
      questions.add("recipients " + question.recipients().size() + " from " + question.client());
      check();
      return recipients.decide(question);
    }

    @Override
    public SpendAnswer spend(SpendQuestion question) throws IOException {
      questions.add("spend " + question.what() + " " + question.whose());
      check();
      return counts.decide(question);
    }

    @Override
    public HoldAnswer hold(HoldQuestion question) throws IOException {
      questions.add("hold " + question.client());
      check();
      return counts.decide(question);
    }

    private void check() throws IOException {
      if (unreachable) {
        throw new IOException("AuthorizeFunction does not answer");
      }
    }
  }
}

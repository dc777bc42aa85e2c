package skypost.mail.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.contract.Samples.address;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.mail.admin.ManageRelay;
import skypost.mail.authorize.Authorizer.Grant;
import skypost.mail.authorize.Authorizer.LoginAnswer;
import skypost.mail.authorize.Authorizer.LoginQuestion;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.authorize.Authorizer.RecipientsQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.directory.Account;
import skypost.mail.directory.AddressPattern;
import skypost.mail.directory.Domain;
import skypost.mail.directory.RelayRule;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.ScramKeys;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.directory.SmartHosts;
import skypost.mail.directory.StoredPassword;
import skypost.mail.memory.InMemoryCredentials;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryLoginAttempts;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryProbedRecipients;
import skypost.mail.memory.InMemoryRelayRecipients;
import skypost.mail.memory.InMemorySmartHostPasswords;
import skypost.mail.memory.InMemorySuppressions;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramSalt;

/**
 * The administrator's rules, case by case. In the tables a rule is written as its members without
 * name ({@code deny user=ann@x to=far.example}), several are parted by {@code ;} and called 0, 1,
 * 2.
 */
class RelayRulesTest {
  private static final String STRANGER = "203.0.113.9";

  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemoryMailboxes mailboxes = new InMemoryMailboxes();
  private final InMemoryRelayRecipients listed = new InMemoryRelayRecipients();
  private final AuthorizeRecipients.Ports ports =
      new AuthorizeRecipients.Ports(
          directory,
          mailboxes,
          new CheckRelayRecipients(
              listed,
              new InMemoryProbedRecipients(),
              (domain, asked) -> List.of(),
              Clock.systemUTC()),
          new InMemorySuppressions());
  private final AuthorizeRecipients recipients =
      new AuthorizeRecipients(ports, RelaySettings.DEFAULT, Clock.systemUTC());
  private final ManageRelay relay =
      new ManageRelay(
          new ManageRelay.Ports(ports, new InMemorySmartHostPasswords(Clock.systemUTC())),
          RelaySettings.DEFAULT,
          Clock.systemUTC(),
          new Random(1));

  @BeforeEach
  void directory() throws IOException {
    directory.putDomain(Domain.local("x.example"));
    directory.putDomain(
        new Domain(
            "behind.example",
            Domain.Kind.RELAY,
            Optional.empty(),
            SenderPolicy.DEFAULT,
            Domain.RecipientCheck.LIST));
    listed.put(List.of(address("known@behind.example")));
    for (String user : List.of("ann", "bob", "boss")) {
      mailboxes.create(address(user + "@x.example"), 0);
      directory.putAccount(new Account.User(address(user + "@x.example"), 0, false));
    }
    directory.putAccount(
        new Account.Alias(address("sales@x.example"), List.of(address("ann@x.example"))));
  }

  /** What the dialogue answers and what explain says, always the same. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          # rules                                          | client      | login         | from             | to                   | rule             | code
          -                                                | 203.0.113.9 | ann@x.example | ann@x.example    | v@far.example        | login            | 250
          deny                                             | 203.0.113.9 | ann@x.example | ann@x.example    | v@far.example        | rule:0           | 550
          deny                                             | 127.0.0.1   | -             | -                | v@far.example        | rule:0           | 550
          deny user=ann@x.example                          | 203.0.113.9 | ann@x.example | ann@x.example    | v@far.example        | rule:0           | 550
          deny user=ann@x.example                          | 203.0.113.9 | ANN@X.example | sales@x.example  | v@far.example        | rule:0           | 550
          deny user=ann@x.example                          | 203.0.113.9 | ann@x.example | -                | v@far.example        | rule:0           | 550
          deny user=ann@x.example                          | 203.0.113.9 | bob@x.example | bob@x.example    | v@far.example        | login            | 250
          deny user=ann@x.example                          | 127.0.0.1   | -             | ann@x.example    | v@far.example        | trusted-network  | 250
          deny user=ann@x.example                          | 203.0.113.9 | ann@x.example | ann@x.example    | bob@x.example        | login            | 250
          deny user=ann@x.example                          | 203.0.113.9 | ann@x.example | ann@x.example    | known@behind.example | rule:0           | 550
          deny to=far.example                              | 203.0.113.9 | ann@x.example | ann@x.example    | V@FAR.example        | rule:0           | 550
          deny to=far.example                              | 203.0.113.9 | ann@x.example | ann@x.example    | v@sub.far.example    | login            | 250
          deny to=*.far.example                            | 203.0.113.9 | ann@x.example | ann@x.example    | v@sub.far.example    | rule:0           | 550
          deny to=v@far.example                            | 203.0.113.9 | ann@x.example | ann@x.example    | w@far.example        | login            | 250
          deny to=*                                        | 203.0.113.9 | ann@x.example | ann@x.example    | v@[192.0.2.1]        | rule:0           | 550
          deny domain=x.example                            | 203.0.113.9 | ann@x.example | ann@x.example    | v@far.example        | rule:0           | 550
          deny domain=x.example                            | 203.0.113.9 | ann@x.example | -                | v@far.example        | rule:0           | 550
          deny domain=x.example                            | 127.0.0.1   | -             | cron@x.example   | v@far.example        | rule:0           | 550
          deny domain=x.example                            | 127.0.0.1   | -             | cron@y.example   | v@far.example        | trusted-network  | 250
          deny domain=x.example                            | 127.0.0.1   | -             | -                | v@far.example        | trusted-network  | 250
          deny domain=far.example                          | 203.0.113.9 | -             | v@far.example    | ann@x.example        | local-recipient  | 250
          deny domain=far.example                          | 203.0.113.9 | -             | v@far.example    | known@behind.example | relay-domain     | 250
          allow to=ok.example; deny                        | 203.0.113.9 | ann@x.example | ann@x.example    | v@ok.example         | rule:0           | 250
          allow to=ok.example; deny                        | 203.0.113.9 | ann@x.example | ann@x.example    | v@far.example        | rule:1           | 550
          deny; allow to=ok.example                        | 203.0.113.9 | ann@x.example | ann@x.example    | v@ok.example         | rule:0           | 550
          allow user=boss@x.example; deny domain=x.example | 203.0.113.9 | boss@x.example | boss@x.example  | v@far.example        | rule:0           | 250
          # no rule makes an open relay
          allow                                            | 203.0.113.9 | -             | ann@x.example    | v@far.example        | relay-denied     | 550
          allow domain=x.example                           | 203.0.113.9 | -             | ann@x.example    | v@far.example        | relay-denied     | 550
          allow user=ann@x.example                         | 203.0.113.9 | -             | ann@x.example    | v@far.example        | relay-denied     | 550
          allow user=ann@x.example as=boss@x.example       | 203.0.113.9 | -             | boss@x.example   | v@far.example        | relay-denied     | 550
          # an allowance does not make a sender one's own, nor a mailbox exist
          allow user=ann@x.example                         | 203.0.113.9 | ann@x.example | boss@x.example   | v@far.example        | sender-not-owned | 553
          allow to=behind.example                          | 203.0.113.9 | ann@x.example | ann@x.example    | no@behind.example    | not-listed       | 550
          # delegated senders
          allow user=ann@x.example as=boss@x.example       | 203.0.113.9 | ann@x.example | Boss@x.example   | v@far.example        | rule:0           | 250
          allow user=ann@x.example as=boss@x.example       | 203.0.113.9 | ann@x.example | boss@x.example   | bob@x.example        | rule:0           | 250
          allow user=ann@x.example as=boss@x.example       | 203.0.113.9 | ann@x.example | boss@x.example   | nobody@x.example     | no-mailbox       | 550
          allow user=ann@x.example as=boss@x.example       | 203.0.113.9 | ann@x.example | ann@x.example    | v@far.example        | login            | 250
          allow user=ann@x.example as=boss@x.example       | 203.0.113.9 | bob@x.example | boss@x.example   | v@far.example        | sender-not-owned | 553
          allow user=ann@x.example as=boss@x.example       | 203.0.113.9 | ann@x.example | bob@x.example    | v@far.example        | sender-not-owned | 553
          allow user=ann@x.example as=news.example         | 203.0.113.9 | ann@x.example | any@news.example | v@far.example        | rule:0           | 250
          allow user=ann@x.example as=boss@x.example to=far.example | 203.0.113.9 | ann@x.example | boss@x.example | v@far.example | rule:0           | 250
          allow user=ann@x.example as=boss@x.example to=far.example | 203.0.113.9 | ann@x.example | boss@x.example | v@else.example | sender-not-owned | 553
          deny user=ann@x.example as=sales@x.example       | 203.0.113.9 | ann@x.example | sales@x.example  | bob@x.example        | rule:0           | 553
          deny user=ann@x.example as=boss@x.example; allow user=ann@x.example as=x.example | 203.0.113.9 | ann@x.example | boss@x.example | v@far.example | rule:0 | 553
          deny user=ann@x.example as=boss@x.example; allow user=ann@x.example as=x.example | 203.0.113.9 | ann@x.example | bob@x.example  | v@far.example | rule:1 | 250
          # who may write as somebody else still goes by the rules of where to
          allow user=ann@x.example as=boss@x.example; deny to=far.example | 203.0.113.9 | ann@x.example | boss@x.example | v@far.example | rule:1    | 550
          """)
  void rulesDecide(
      String rules, String client, String login, String from, String to, String decided, int code)
      throws IOException {
    directory.putRelay(with(rules(rules)));
    Optional<EmailAddress> user = Optional.ofNullable(login).map(text -> address(text));
    Optional<EmailAddress> sender = Optional.ofNullable(from).map(text -> address(text));
    var question =
        new RecipientsQuestion(
            user.isPresent() ? Service.SUBMISSION : Service.INBOUND,
            client,
            "client.example",
            user.map(EmailAddress::canonical),
            sender,
            0,
            List.of(address(to)));

    RecipientAnswer answer = recipients.decide(question).getFirst();

    assertThat(answer.rule()).isEqualTo(decided);
    assertThat(answer.reply().code()).isEqualTo(code);
    assertThat(answer.accepted()).isEqualTo(code == 250);
    assertThat(relay.explain(client, user, sender, address(to))).isEqualTo(answer);
    assertThat(isGranted(user, sender, address(to)) && code != 250)
        .as("granted at login, though it is refused")
        .isFalse();
  }

  /** Whether the front would take it without a question. */
  private boolean isGranted(
      Optional<EmailAddress> login, Optional<EmailAddress> sender, EmailAddress to)
      throws IOException {
    return login.isPresent() && grant(login.get().canonical()).covers(sender, to);
  }

  @Test
  void oneQuestionHasItsAnswersInOrderWhateverDecides() throws IOException {
    directory.putRelay(with(rules("deny to=far.example")));
    var question =
        new RecipientsQuestion(
            Service.SUBMISSION,
            STRANGER,
            "",
            Optional.of(address("ann@x.example")),
            Optional.of(address("ann@x.example")),
            0,
            List.of(
                address("no@behind.example"),
                address("v@far.example"),
                address("known@behind.example"),
                address("bob@x.example"),
                address("nobody@x.example")));

    assertThat(recipients.decide(question))
        .extracting(RecipientAnswer::rule)
        .containsExactly("not-listed", "rule:0", "login", "login", "no-mailbox");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          -                                          | true  | true
          allow                                      | true  | true
          deny user=bob@x.example                    | true  | true
          deny domain=y.example                      | true  | true
          deny to=far.example                        | false | true
          deny user=ann@x.example to=v@far.example   | false | true
          deny to=*.example                          | false | false
          deny user=ann@x.example                    | false | false
          deny domain=*.example                      | false | false
          allow to=far.example; deny                 | false | false
          deny user=ann@x.example as=ann@x.example   | false | false
          deny user=ann@x.example as=sales@x.example | true  | true
          """)
  void aLoginGrantsOnlyWhatNoRuleCanDeny(String rules, boolean far, boolean other)
      throws IOException {
    directory.putRelay(with(rules(rules)));
    Grant grant = grant(address("ann@x.example"));
    Optional<EmailAddress> ann = Optional.of(address("ann@x.example"));

    assertThat(grant.covers(ann, address("v@far.example"))).isEqualTo(far);
    assertThat(grant.covers(ann, address("v@other.example"))).isEqualTo(other);
    assertThat(grant.covers(Optional.of(address("boss@x.example")), address("v@far.example")))
        .isFalse();
  }

  @Test
  void tooManyNamedDomainsMeanThatEverythingIsAsked() throws IOException {
    StringBuilder rules = new StringBuilder("deny to=d0.example");
    for (int i = 1; i < 150; i++) {
      rules.append("; deny to=d").append(i).append(".example");
    }
    directory.putRelay(with(rules(rules.toString())));

    assertThat(grant(address("ann@x.example"))).isEqualTo(Grant.NONE);
  }

  private Grant grant(EmailAddress user) throws IOException {
    InMemoryCredentials credentials = new InMemoryCredentials();
    credentials.put(user, SALT, SECRET);
    var question = new LoginQuestion(Service.SUBMISSION, STRANGER, user.toString(), "secret");
    var answer =
        new AuthorizeLogin(credentials, new InMemoryLoginAttempts(), directory, Clock.systemUTC())
            .decide(question);
    return ((LoginAnswer.Accepted) answer).grant();
  }

  private static final ScramSalt SALT = ScramKeys.salt(new SecureRandom());
  private static final StoredPassword SECRET =
      StoredPassword.of("secret", SALT, new SecureRandom());

  private static RelaySettings with(List<RelayRule> rules) {
    return new RelaySettings(RelaySettings.DEFAULT.trustedNetworks(), SmartHosts.NONE, rules);
  }

  private static List<RelayRule> rules(String text) {
    if (text == null) {
      return List.of();
    }
    String[] rules = text.split(";");
    return java.util.stream.IntStream.range(0, rules.length)
        .mapToObj(i -> rule(Integer.toString(i), rules[i].strip().split(" ")))
        .toList();
  }

  private static RelayRule rule(String name, String... words) {
    return new RelayRule(
        name,
        member(words, "user=").map(text -> address(text)),
        member(words, "domain=").map(AddressPattern::of),
        member(words, "as=").map(AddressPattern::of),
        member(words, "to=").map(AddressPattern::of),
        words[0].equals("deny") ? RelayRule.Action.DENY : RelayRule.Action.ALLOW);
  }

  private static Optional<String> member(String[] words, String prefix) {
    return Arrays.stream(words)
        .filter(word -> word.startsWith(prefix))
        .map(word -> word.substring(prefix.length()))
        .findFirst();
  }
}

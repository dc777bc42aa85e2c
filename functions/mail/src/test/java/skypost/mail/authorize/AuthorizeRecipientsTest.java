package skypost.mail.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.contract.Samples.address;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.authorize.Authorizer.RecipientsQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.contract.Samples;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.directory.FolderTimes;
import skypost.mail.directory.MailboxRules;
import skypost.mail.directory.Network;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.directory.SmartHosts;
import skypost.mail.directory.Suppressions.Suppression;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.mailbox.DomainUsage;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryDomainUsage;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryProbedRecipients;
import skypost.mail.memory.InMemoryRelayRecipients;
import skypost.mail.memory.InMemorySuppressions;
import skypost.protocol.address.EmailAddress;

class AuthorizeRecipientsTest {
  private static final String STRANGER = "203.0.113.9";
  private static final EmailAddress ANN = address("ann@local.example");
  private static final EmailAddress BOB = address("bob@local.example");

  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemoryMailboxes mailboxes = new InMemoryMailboxes();
  private final InMemorySuppressions suppressions = new InMemorySuppressions();
  private final AuthorizeRecipients rules =
      new AuthorizeRecipients(
          new AuthorizeRecipients.Ports(directory, mailboxes, unchecked(), suppressions),
          RelaySettings.DEFAULT,
          Clock.systemUTC());

  private static CheckRelayRecipients unchecked() {
    return new CheckRelayRecipients(
        new InMemoryRelayRecipients(),
        new InMemoryProbedRecipients(),
        (domain, asked) -> {
          throw new AssertionError("nobody wanted " + asked + " checked");
        },
        Clock.systemUTC());
  }

  @BeforeEach
  void directory() throws IOException {
    directory.putDomain(Domain.local("local.example"));
    directory.putDomain(
        new Domain("relay.example", Domain.Kind.RELAY, Optional.empty(), SenderPolicy.DEFAULT));
    user(ANN, 0);
    user(BOB, 1000);
    directory.putAccount(
        new Account.Alias(address("sales@local.example"), List.of(ANN, address("x@far.example"))));
  }

  private void user(EmailAddress address, long quota) throws IOException {
    mailboxes.create(address, quota);
    directory.putAccount(new Account.User(address, quota, false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "victim@far.example",
        "VICTIM@FAR.EXAMPLE",
        "\"victim\"@far.example",
        "\"victim@far.example\"@elsewhere.example",
        "victim%far.example@elsewhere.example",
        "far.example!victim@elsewhere.example",
        "victim@[192.0.2.1]",
        "victim@[127.0.0.1]",
        "victim@[IPv6:::1]",
        "victim@sub.local.example",
        "victim@example"
      })
  void aStrangerRelaysNothing(String foreign) throws IOException {
    RecipientAnswer answer = inbound(STRANGER, foreign);

    assertThat(answer.accepted()).isFalse();
    assertThat(answer.reply().toString()).isEqualTo("550 5.7.1 relay access denied");
    assertThat(answer.rule()).isEqualTo("relay-denied");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "victim%far.example@local.example",
        "far.example!victim@local.example",
        "\"victim@far.example\"@local.example",
        "nobody@local.example",
        "@@local.example"
      })
  void whatOnlyLooksLocalIsAnUnknownMailbox(String spelling) throws IOException {
    Optional<EmailAddress> parsed = EmailAddress.parse(spelling);
    if (parsed.isPresent()) {
      assertThat(inbound(STRANGER, spelling).reply().toString())
          .isEqualTo("550 5.1.1 no such mailbox here");
    } else {
      assertThat(spelling)
          .isEqualTo("@@local.example"); // the front answers 501 to what is no address
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ann@local.example",
        "ANN@Local.Example",
        "ann+shop@local.example",
        "sales@local.example"
      })
  void anyoneMayWriteToUs(String local) throws IOException {
    assertThat(inbound(STRANGER, local).accepted()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    // client, recipient, whether a look is to be taken at the message before it is accepted
    "203.0.113.7, ann@strict.example, true",
    "203.0.113.7, ANN@Strict.example, true",
    "203.0.113.7, postmaster@strict.example, false",
    "203.0.113.7, nobody@strict.example, false",
    "203.0.113.7, ann@local.example, false",
    "127.0.0.1, ann@strict.example, false",
  })
  void whereADomainRefusesForgedMailAMessageOfStrangersIsLookedAt(
      String client, String recipient, boolean check) throws IOException {
    var policy =
        new SenderPolicy(SenderPolicy.DmarcReject.JUNK, SenderPolicy.Spoofed.REFUSE, List.of());
    directory.putDomain(new Domain("strict.example", Domain.Kind.LOCAL, Optional.empty(), policy));
    user(address("ann@strict.example"), 0);

    assertThat(inbound(client, recipient).check()).isEqualTo(check);
  }

  @Test
  void aCatchAllTakesWhatNobodyElseTakes() throws IOException {
    directory.putAccount(new Account.Alias(address("*@local.example"), List.of(ANN)));

    assertThat(inbound(STRANGER, "whoever@local.example").accepted()).isTrue();
  }

  @Test
  void mailForARelayDomainIsTakenFromAnyone() throws IOException {
    RecipientAnswer answer = inbound(STRANGER, "someone@relay.example");

    assertThat(answer.accepted()).isTrue();
    assertThat(answer.rule()).isEqualTo("relay-domain");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"})
  void loopbackIsTrustedByDefault(String client) throws IOException {
    assertThat(inbound(client, "victim@far.example").rule()).isEqualTo("trusted-network");
  }

  @Test
  void evenATrustedClientCannotWriteToAnUnknownMailbox() throws IOException {
    assertThat(inbound("127.0.0.1", "nobody@local.example").reply().code()).isEqualTo(550);
  }

  @Test
  void settingsInTheDirectoryReplaceTheDefaultsAtOnce() throws IOException {
    directory.putRelay(new RelaySettings(List.of(Network.of("203.0.113.0/24")), Optional.empty()));

    assertThat(inbound(STRANGER, "victim@far.example").accepted()).isTrue();
    assertThat(inbound("127.0.0.1", "victim@far.example").accepted()).isFalse();
  }

  @Test
  void aUserWritesAsHimselfToAnyone() throws IOException {
    assertThat(submission(ANN, "Ann@local.example", "victim@far.example").rule())
        .isEqualTo("login");
    assertThat(submission(ANN, "sales@local.example", "victim@far.example").accepted()).isTrue();
    assertThat(submission(ANN, "nobody@local.example", "victim@far.example").reply().toString())
        .isEqualTo("553 5.7.1 the sender address does not belong to this login");
    assertThat(submission(ANN, "bob@local.example", "bob@local.example").reply().code())
        .isEqualTo(553);
    assertThat(submission(ANN, "ann@local.example", "nobody@local.example").reply().code())
        .isEqualTo(550);
  }

  @Test
  void whoIsSuppressedForTheSendersDomainIsRefusedWhereThatIsOn() throws IOException {
    EmailAddress gone = address("gone@far.example");
    suppressions.put(
        "local.example",
        new Suppression(
            gone,
            Instant.parse("2026-11-24T08:00:00Z"),
            "550 5.1.1 kein Empfänger",
            Optional.empty()));
    assertThat(submission(ANN, "ann@local.example", "gone@far.example").accepted())
        .isTrue(); // it is off

    directory.putRelay(
        new RelaySettings(
            RelaySettings.DEFAULT.trustedNetworks(),
            SmartHosts.NONE,
            List.of(),
            List.of(),
            Map.of("local.example", Duration.ofDays(90))));

    RecipientAnswer refused = submission(ANN, "ann@local.example", "Gone@FAR.example");
    assertThat(refused.rule()).isEqualTo("suppressed");
    assertThat(refused.reply().toString())
        .isEqualTo(
            "550 5.1.1 recipient suppressed since 2026-11-24: 550 5.1.1 kein Empf?nger"
                + " the administrator can lift it:"
                + " DELETE /v1/domains/{domain}/suppressions/{address}");
    assertThat(submission(ANN, "ann@local.example", "other@far.example").accepted()).isTrue();
    assertThat(inbound("127.0.0.1", "gone@far.example").accepted())
        .isTrue(); // from another domain's sender
    assertThat(inbound(STRANGER, "bob@local.example").accepted()).isTrue();
  }

  @Test
  void aReceiptWithNullSenderIsAUsersOwn() throws IOException {
    var question =
        question(
            Service.SUBMISSION,
            "127.0.0.1",
            Optional.of(ANN),
            Optional.empty(),
            0,
            "x@far.example");

    assertThat(rules.decide(question).getFirst().accepted()).isTrue();
  }

  @Test
  void submissionWithoutLoginIsRefusedEvenFromLoopback() throws IOException {
    var question =
        question(
            Service.SUBMISSION,
            "127.0.0.1",
            Optional.empty(),
            Optional.of(ANN),
            0,
            "ann@local.example");

    assertThat(rules.decide(question).getFirst().reply().toString())
        .isEqualTo("530 5.7.0 authentication required");
  }

  @Test
  void aFullMailboxIsAnsweredInTheDialogue() throws IOException {
    mailboxes.deliver(BOB, new Delivery(Samples.id(), "INBOX", 900, false, ""));
    var fits =
        question(
            Service.INBOUND, STRANGER, Optional.empty(), Optional.of(ANN), 100, BOB.toString());
    var tooLarge =
        question(
            Service.INBOUND, STRANGER, Optional.empty(), Optional.of(ANN), 101, BOB.toString());

    assertThat(rules.decide(fits).getFirst().accepted()).isTrue();
    assertThat(rules.decide(tooLarge).getFirst().reply().toString())
        .isEqualTo("452 4.2.2 the mailbox is full");
  }

  @Test
  void whereAllMailboxesOfADomainAreFullTogetherItsMailWaitsOutside() throws IOException {
    var usage = new InMemoryDomainUsage();
    var counted = new DomainUsage.Usage(900, Instant.now(), 0, Optional.empty());
    usage.replace("local.example", Optional.empty(), counted);
    var limits = new MailboxRules(1000, FolderTimes.NONE);
    directory.putDomain(Domain.local("local.example").with(limits));
    var limited =
        new AuthorizeRecipients(
            new AuthorizeRecipients.Ports(
                directory,
                mailboxes,
                unchecked(),
                suppressions,
                ReturnPaths.NONE,
                ScreenClients.Ports.NONE,
                usage),
            RelaySettings.DEFAULT,
            Clock.systemUTC());

    var answer = limited.decide(inbound(101)).getFirst();
    assertThat(answer.accepted()).isFalse();
    assertThat(answer.reply().toString())
        .isEqualTo("452 4.2.2 the mailboxes of this domain are full");
    assertThat(limited.decide(inbound(100)).getFirst().accepted()).isTrue();
    // a front that remembered it would not see the domain fill up
    assertThat(limited.decide(inbound(100)).getFirst().lasting()).isFalse();
  }

  @Test
  void everyRecipientHasItsOwnAnswerInOrder() throws IOException {
    var question =
        question(
            Service.INBOUND,
            STRANGER,
            Optional.empty(),
            Optional.of(ANN),
            0,
            "ann@local.example",
            "nobody@local.example",
            "dmarc-reports@local.example",
            "victim@far.example");

    assertThat(rules.decide(question))
        .extracting(RecipientAnswer::rule)
        .containsExactly("local-recipient", "no-mailbox", "local-recipient", "relay-denied");
  }

  private RecipientAnswer inbound(String client, String recipient) throws IOException {
    Optional<EmailAddress> sender = Optional.of(address("someone@far.example"));
    return rules
        .decide(question(Service.INBOUND, client, Optional.empty(), sender, 0, recipient))
        .getFirst();
  }

  private RecipientAnswer submission(EmailAddress login, String sender, String recipient)
      throws IOException {
    return rules
        .decide(
            question(
                Service.SUBMISSION,
                STRANGER,
                Optional.of(login),
                Optional.of(address(sender)),
                0,
                recipient))
        .getFirst();
  }

  private static RecipientsQuestion inbound(long size) {
    return question(
        Service.INBOUND, STRANGER, Optional.empty(), Optional.empty(), size, ANN.toString());
  }

  private static RecipientsQuestion question(
      Service service,
      String client,
      Optional<EmailAddress> login,
      Optional<EmailAddress> sender,
      long size,
      String... recipients) {
    return new RecipientsQuestion(
        service,
        client,
        "client.example",
        login,
        sender,
        size,
        List.of(recipients).stream().map(Samples::address).toList());
  }
}

package skypost.mail.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.contract.Samples.address;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.admin.ManageRelay;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.authorize.Authorizer.RecipientsQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.contract.TestClock;
import skypost.mail.directory.Account;
import skypost.mail.directory.DnsList;
import skypost.mail.directory.Domain;
import skypost.mail.directory.Network;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.Screening;
import skypost.mail.directory.SmartHosts;
import skypost.mail.dns.ClientLists.Listed;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryGreylist;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryProbedRecipients;
import skypost.mail.memory.InMemoryRelayRecipients;
import skypost.mail.memory.InMemorySmartHostPasswords;
import skypost.mail.memory.InMemorySuppressions;
import skypost.protocol.address.EmailAddress;

/** Who is screened, and who is not. */
class ScreeningRulesTest {
  private static final String LISTED = "203.0.113.9";
  private static final String TRUSTED = "198.51.100.1";

  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final List<String> asked = new ArrayList<>();
  private final AuthorizeRecipients.Ports ports =
      new AuthorizeRecipients.Ports(
          directory,
          new InMemoryMailboxes(),
          new CheckRelayRecipients(
              new InMemoryRelayRecipients(),
              new InMemoryProbedRecipients(),
              (domain, recipients) -> List.of(),
              Clock.systemUTC()),
          new InMemorySuppressions(),
          ReturnPaths.NONE,
          new ScreenClients.Ports(this::listed, new InMemoryGreylist()));
  private Instant now = Instant.parse("2026-11-25T12:00:00Z");
  private final AuthorizeRecipients warm =
      new AuthorizeRecipients(ports, RelaySettings.DEFAULT, TestClock.of(() -> now));

  private Optional<Listed> listed(String client, Screening screening) {
    asked.add(client);
    return client.equals("192.0.2.1")
        ? Optional.empty()
        : Optional.of(new Listed(screening.lists().getFirst().zone(), "a spammer"));
  }

  @BeforeEach
  void directory() throws IOException {
    directory.putDomain(Domain.local("x.example"));
    directory.putAccount(new Account.User(address("ann@x.example"), 0, false));
  }

  private void screen() throws IOException {
    put(new Screening(List.of(new DnsList("bad.example", List.of(), 1)), 1));
  }

  private void greylist() throws IOException {
    put(new Screening(List.of(), 1, true));
  }

  private void put(Screening screening) throws IOException {
    directory.putRelay(
        new RelaySettings(
            List.of(Network.of(TRUSTED)),
            SmartHosts.NONE,
            List.of(),
            List.of(),
            Map.of(),
            screening));
  }

  private RecipientAnswer answer(
      Service service, String client, Optional<EmailAddress> login, String to) throws IOException {
    return new AuthorizeRecipients(ports, RelaySettings.DEFAULT, Clock.systemUTC())
        .decide(
            new RecipientsQuestion(
                service,
                client,
                "",
                login,
                Optional.of(address("ann@x.example")),
                0,
                List.of(address(to))))
        .getFirst();
  }

  private RecipientAnswer inbound(String client, String to) throws IOException {
    return answer(Service.INBOUND, client, Optional.empty(), to);
  }

  @Test
  void aListedStrangerIsRefusedAndToldWhy() throws IOException {
    screen();
    RecipientAnswer answer = inbound(LISTED, "ann@x.example");

    assertThat(answer.accepted()).isFalse();
    assertThat(answer.rule()).isEqualTo("dns-list:bad.example");
    assertThat(answer.reply().toString())
        .isEqualTo("550 5.7.1 203.0.113.9 is listed by bad.example: a spammer");
    assertThat(inbound("192.0.2.1", "ann@x.example").accepted()).isTrue();
  }

  @Test
  void whoIsTrustedOrLoggedInOrRefusedAnywayIsNotAskedAbout() throws IOException {
    screen();
    assertThat(inbound(TRUSTED, "ann@x.example").accepted()).isTrue();
    var ann = Optional.of(address("ann@x.example"));
    assertThat(answer(Service.SUBMISSION, LISTED, ann, "ann@x.example").accepted()).isTrue();
    assertThat(inbound(LISTED, "nobody@x.example").rule()).isEqualTo("no-mailbox");
    assertThat(inbound(LISTED, "v@far.example").rule()).isEqualTo("relay-denied");
    assertThat(asked).isEmpty();
  }

  @Test
  void nobodyIsAskedAboutWhereNothingIsSet() throws IOException {
    assertThat(inbound(LISTED, "ann@x.example").rule()).isEqualTo("local-recipient");
    assertThat(asked).isEmpty();
  }

  @Test
  void explainSaysTheSame() throws IOException {
    screen();
    var relay =
        new ManageRelay(
            new ManageRelay.Ports(ports, new InMemorySmartHostPasswords(Clock.systemUTC())),
            RelaySettings.DEFAULT,
            Clock.systemUTC(),
            new Random(1));

    assertThat(relay.explain(LISTED, Optional.empty(), Optional.empty(), address("ann@x.example")))
        .isEqualTo(inbound(LISTED, "ann@x.example"));
  }

  private String mail(String client, String from, String to) throws IOException {
    RecipientAnswer answer =
        warm.decide(
                new RecipientsQuestion(
                    Service.INBOUND,
                    client,
                    "",
                    Optional.empty(),
                    from.isEmpty() ? Optional.empty() : Optional.of(address(from)),
                    0,
                    List.of(address(to))))
            .getFirst();
    assertThat(answer.rule().equals("greylisted")).isEqualTo(answer.reply().code() == 451);
    assertThat(answer.reply().code() == 451 && answer.lasting())
        .as("a front must not remember it")
        .isFalse();
    return answer.reply().toString();
  }

  @Test
  void whoComesAgainPassesWithAllMailOfItsDomain() throws IOException {
    greylist();
    assertThat(mail(LISTED, "a@far.example", "ann@x.example"))
        .isEqualTo("451 4.7.1 greylisted, please try again in 300 seconds");
    now = now.plusSeconds(100);
    assertThat(mail(LISTED, "a@far.example", "ann@x.example")).contains("in 200 seconds");
    now = now.plusSeconds(200);
    assertThat(mail("203.0.113.77", "A@FAR.example", "Ann@x.example"))
        .as("from a neighbour of the same sender")
        .startsWith("250 ");
    assertThat(mail(LISTED, "other@far.example", "ann@x.example")).startsWith("250 ");
    assertThat(mail(LISTED, "a@else.example", "ann@x.example")).startsWith("451 ");
    assertThat(mail("192.0.2.1", "a@far.example", "ann@x.example")).startsWith("451 ");

    now = now.plus(Duration.ofDays(34));
    assertThat(mail(LISTED, "b@far.example", "ann@x.example")).startsWith("250 ");
    now = now.plus(Duration.ofDays(34));
    assertThat(mail(LISTED, "b@far.example", "ann@x.example"))
        .as("mail renews it")
        .startsWith("250 ");
    now = now.plus(Duration.ofDays(36));
    assertThat(mail(LISTED, "b@far.example", "ann@x.example")).startsWith("451 ");
  }

  @Test
  void whoComesTooLateIsNewAgain() throws IOException {
    greylist();
    mail(LISTED, "a@far.example", "ann@x.example");
    now = now.plus(Duration.ofDays(3));
    assertThat(mail(LISTED, "a@far.example", "ann@x.example")).contains("in 300 seconds");
    now = now.plusSeconds(300);
    assertThat(mail(LISTED, "a@far.example", "ann@x.example")).startsWith("250 ");
  }

  @Test
  void aNullSenderIsPutOffLikeOthersAndTheTrustedAreNot() throws IOException {
    greylist();
    assertThat(mail(LISTED, "", "ann@x.example")).startsWith("451 ");
    assertThat(mail(LISTED, "", "nobody@x.example")).startsWith("550 5.1.1 ");
    assertThat(mail(TRUSTED, "", "ann@x.example")).startsWith("250 ");
    now = now.plusSeconds(300);
    assertThat(mail(LISTED, "", "ann@x.example")).startsWith("250 ");
    assertThat(mail(LISTED, "a@far.example", "ann@x.example")).startsWith("451 ");
    var ann = Optional.of(address("ann@x.example"));
    assertThat(answer(Service.SUBMISSION, LISTED, ann, "ann@x.example").accepted()).isTrue();
  }

  /** RFC 5321 section 4.5.1. */
  @Test
  void aPostmasterHearsFromWhoeverIsRefused() throws IOException {
    directory.putAccount(new Account.User(address("postmaster@x.example"), 0, false));
    put(new Screening(List.of(new DnsList("bad.example", List.of(), 1)), 1, true));
    List<RecipientAnswer> answers =
        warm.decide(
            new RecipientsQuestion(
                Service.INBOUND,
                LISTED,
                "",
                Optional.empty(),
                Optional.of(address("a@far.example")),
                0,
                List.of(
                    address("nobody@x.example"),
                    address("PostMaster@x.example"),
                    address("ann@x.example"))));
    assertThat(answers)
        .extracting(RecipientAnswer::rule)
        .containsExactly("no-mailbox", "local-recipient", "dns-list:bad.example");

    asked.clear();
    greylist();
    now = now.plusSeconds(10); // as long as a warm function remembers the settings
    assertThat(mail("192.0.2.1", "a@far.example", "postmaster@x.example")).startsWith("250 ");
    assertThat(mail("192.0.2.1", "a@far.example", "ann@x.example")).startsWith("451 ");
    assertThat(asked).isEmpty();
  }
}

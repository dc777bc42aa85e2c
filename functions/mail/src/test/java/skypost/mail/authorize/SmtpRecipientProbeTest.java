package skypost.mail.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.contract.Samples.address;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.mail.authorize.RecipientProbe.Finding;
import skypost.mail.contract.Samples;
import skypost.mail.directory.Domain;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.dns.Dns;
import skypost.mail.dns.MailExchangers;
import skypost.mail.dns.TestDns;
import skypost.protocol.smtp.client.FakeMx;
import skypost.protocol.smtp.client.OpportunisticTls;
import skypost.protocol.smtp.client.SmtpClient;
import skypost.protocol.smtp.client.Timeouts;

/** Call-ahead against a primary that does what a script says. */
class SmtpRecipientProbeTest {
  private FakeMx mx;
  private TestDns dns;
  private RecipientProbe probe;

  @BeforeEach
  void start() throws IOException {
    mx = FakeMx.start();
    dns = TestDns.start();
    var exchangers =
        new MailExchangers(
            Dns.at(Optional.of(dns.address())), Set.of("mx.us.example"), new Random(7));
    var client = new SmtpClient("mx.us.example", Timeouts.all(Duration.ofSeconds(5)));
    probe =
        new SmtpRecipientProbe(() ->
            new SmtpRecipientProbe.Means(client, OpportunisticTls.demand(), exchangers, mx.port()));
  }

  @AfterEach
  void stop() throws IOException {
    mx.close();
    dns.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          250 2.1.5 ok                          | EXISTS
          251 user not local; will forward      | EXISTS
          252 cannot VRFY                       | EXISTS
          550 5.1.1 no such user                | UNKNOWN
          550 no such user                      | UNKNOWN
          553 mailbox name not allowed          | UNKNOWN
          554 5.1.0 address rejected            | UNKNOWN
          550 5.2.1 mailbox disabled            | UNKNOWN
          550 5.7.1 your network is blocked     | UNDECIDED
          554 no                                | UNDECIDED
          552 5.2.2 mailbox full                | UNDECIDED
          450 4.2.0 greylisted                  | UNDECIDED
          421 4.3.2 closing                     | UNDECIDED
          """)
  void onlyWhatIsSaidOfTheAddressCounts(String reply, Finding finding) {
    mx.always("RCPT", FakeMx.reply(reply));

    assertThat(ask("ann@r.example")).containsExactly(finding);
  }

  @Test
  void oneConnectionAsksForAllWithTheNullSenderAndSendsNothing() {
    mx.always("RCPT TO:<bob@", FakeMx.reply("550 5.1.1 no such user"));

    assertThat(ask("ann@r.example", "bob@r.example", "用户@r.example"))
        .containsExactly(Finding.EXISTS, Finding.UNKNOWN, Finding.EXISTS);

    mx.awaitQuit();
    assertThat(mx.commands())
        .containsExactly(
            "EHLO mx.us.example",
            "MAIL FROM:<> SMTPUTF8",
            "RCPT TO:<ann@r.example>",
            "RCPT TO:<bob@r.example>",
            "RCPT TO:<用户@r.example>",
            "RSET",
            "QUIT");
    assertThat(mx.received()).isEmpty();
  }

  @Test
  void aServerWithoutPipeliningIsAskedStepByStep() {
    mx.offers("SIZE 1000");
    mx.always("RCPT TO:<bob@", FakeMx.reply("550 no such user"));

    assertThat(ask("ann@r.example", "bob@r.example", "carol@r.example"))
        .containsExactly(Finding.EXISTS, Finding.UNKNOWN, Finding.EXISTS);
    assertThat(ask("用户@r.example", "bob@r.example", "户@r.example"))
        .as("without SMTPUTF8")
        .containsExactly(Finding.UNDECIDED, Finding.UNKNOWN, Finding.UNDECIDED);
  }

  @Test
  void aServerThatClosesHasSaidWhatItSaid() {
    mx.always("RCPT TO:<bob@", FakeMx.drop("421 4.3.2 closing"));

    assertThat(ask("ann@r.example", "bob@r.example", "carol@r.example"))
        .containsExactly(Finding.EXISTS, Finding.UNDECIDED, Finding.UNDECIDED);
  }

  @Test
  void aPrimaryThatRefusesTheNullSenderSaysNothingOfTheRecipient() {
    mx.always("MAIL", FakeMx.reply("550 5.7.1 no null senders here"));

    assertThat(ask("ann@r.example", "bob@r.example")).containsOnly(Finding.UNDECIDED);
  }

  @Test
  void aPrimaryThatHangsUpLeavesTheRestUndecided() {
    mx.once("RCPT", FakeMx.drop());

    assertThat(ask("ann@r.example", "bob@r.example")).containsOnly(Finding.UNDECIDED);
  }

  @Test
  void withoutAPrimaryTheExchangersBeforeUsAreAsked() {
    dns.add("r.example", "MX", "10 mx.r.example.")
        .add("r.example", "MX", "20 mx.us.example.")
        .add("mx.r.example", "A", "127.0.0.1");

    assertThat(probe.ask(domain(Optional.empty()), List.of(address("ann@r.example"))))
        .containsExactly(Finding.EXISTS);
  }

  @Test
  void nobodyThereIsUnreachable() throws IOException {
    dns.add("r.example", "MX", "10 mx.us.example.");
    assertThat(probe.ask(domain(Optional.empty()), List.of(address("ann@r.example"))))
        .containsExactly(Finding.UNREACHABLE);

    var nobody = Optional.of(new HostPort("127.0.0.77", mx.port()));
    assertThat(probe.ask(domain(nobody), List.of(address("ann@r.example"), address("b@r.example"))))
        .containsOnly(Finding.UNREACHABLE);
  }

  @Test
  void aPrimaryThatRefusesToTalkIsUnreachable() {
    mx.always(FakeMx.CONNECT, FakeMx.drop("554 5.7.1 not you"));

    assertThat(ask("ann@r.example")).containsExactly(Finding.UNREACHABLE);
  }

  private List<Finding> ask(String... recipients) {
    Domain domain = domain(Optional.of(new HostPort("127.0.0.1", mx.port())));
    return probe.ask(domain, List.of(recipients).stream().map(Samples::address).toList());
  }

  private static Domain domain(Optional<HostPort> primary) {
    return new Domain(
        "r.example",
        Domain.Kind.RELAY,
        primary,
        SenderPolicy.DEFAULT,
        Domain.RecipientCheck.CALL_AHEAD);
  }
}

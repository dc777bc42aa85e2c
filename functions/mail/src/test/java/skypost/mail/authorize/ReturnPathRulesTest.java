package skypost.mail.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.contract.Samples.address;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.authorize.Authorizer.RecipientsQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.directory.RelaySettings;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryProbedRecipients;
import skypost.mail.memory.InMemoryRelayRecipients;
import skypost.mail.memory.InMemorySuppressions;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

class ReturnPathRulesTest {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final ReturnPaths paths = new ReturnPaths(List.of("a secret of ours"));
  private final AuthorizeRecipients rules =
      new AuthorizeRecipients(
          new AuthorizeRecipients.Ports(
              directory,
              new InMemoryMailboxes(),
              new CheckRelayRecipients(
                  new InMemoryRelayRecipients(),
                  new InMemoryProbedRecipients(),
                  (domain, asked) -> List.of(),
                  CLOCK),
              new InMemorySuppressions(),
              paths),
          RelaySettings.DEFAULT,
          CLOCK);

  @BeforeEach
  void directory() throws IOException {
    directory.putDomain(Domain.local("local.example"));
    directory.putAccount(
        new Account.Alias(address("*@local.example"), List.of(address("all@far.example"))));
  }

  @Test
  void aReportToOurReturnPathIsTaken() throws IOException {
    assertThat(ask(Optional.empty(), rewritten(NOW)))
        .isEqualTo("250 2.1.5 recipient ok return-path");
  }

  @Test
  void otherMailToItIsNot() throws IOException {
    assertThat(ask(Optional.of(address("spam@far.example")), rewritten(NOW)))
        .isEqualTo(
            "550 5.7.1 this address takes only reports, with a null sender return-path-sender");
  }

  @Test
  void anOldOneIsNot() throws IOException {
    assertThat(ask(Optional.empty(), rewritten(NOW.minus(Duration.ofDays(30)))))
        .isEqualTo("550 5.1.1 this return address has expired return-path-expired");
  }

  @Test
  void aForgedOneIsNotEvenWhereACatchAllTakesEverything() throws IOException {
    EmailAddress forged = address("SRS0=ABCDEF=XY=victim.example=bob@local.example");

    assertThat(ask(Optional.empty(), forged))
        .isEqualTo("550 5.1.1 no such return address here return-path-forged");
    assertThat(ask(Optional.empty(), address("srs0@local.example"))).startsWith("250");
  }

  private EmailAddress rewritten(Instant at) {
    return paths.rewrite(
        address("alice@far.example"), "local.example", MessageId.derived(at, "a message"));
  }

  private String ask(Optional<EmailAddress> sender, EmailAddress recipient) throws IOException {
    var question =
        new RecipientsQuestion(
            Service.INBOUND,
            "203.0.113.9",
            "far.example",
            Optional.empty(),
            sender,
            0,
            List.of(recipient));
    var answer = rules.decide(question).getFirst();
    assertThat(answer.accepted()).isEqualTo(answer.reply().code() == 250);
    return answer.reply() + " " + answer.rule();
  }
}

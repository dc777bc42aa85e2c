package skypost.mail.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.contract.Samples.address;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.authorize.CheckRelayRecipients.Verdict;
import skypost.mail.authorize.RecipientProbe.Finding;
import skypost.mail.contract.Samples;
import skypost.mail.directory.Domain;
import skypost.mail.directory.Domain.RecipientCheck;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.memory.InMemoryProbedRecipients;
import skypost.mail.memory.InMemoryRelayRecipients;
import skypost.protocol.address.EmailAddress;

class CheckRelayRecipientsTest {
  private final InMemoryRelayRecipients listed = new InMemoryRelayRecipients();
  private final Map<EmailAddress, Finding> primary = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-25T08:00:00Z");
  private final CheckRelayRecipients check =
      new CheckRelayRecipients(listed, new InMemoryProbedRecipients(), this::ask, clock(() -> now));

  private static Clock clock(InstantSource source) {
    return source.withZone(ZoneId.of("UTC"));
  }

  private List<Finding> ask(Domain domain, List<EmailAddress> recipients) {
    recipients.forEach(recipient -> asked.add(recipient.local()));
    return recipients.stream()
        .map(recipient -> primary.getOrDefault(recipient, Finding.UNREACHABLE))
        .toList();
  }

  @Test
  void withoutACheckEverybodyIsKnownAndNobodyAsked() throws IOException {
    assertThat(verdicts(RecipientCheck.NONE, "a@r.example", "b@r.example"))
        .containsOnly(Verdict.KNOWN);
    assertThat(asked).isEmpty();
  }

  @Test
  void aListKnowsItsAddressesInAnySpellingAndPostmaster() throws IOException {
    listed.put(List.of(address("ann@r.example")));

    assertThat(
            verdicts(
                RecipientCheck.LIST,
                "ann@r.example",
                "ANN@r.example",
                "ann+shop@r.example",
                "Postmaster@r.example",
                "bob@r.example",
                "+ann@r.example"))
        .containsExactly(
            Verdict.KNOWN,
            Verdict.KNOWN,
            Verdict.KNOWN,
            Verdict.KNOWN,
            Verdict.NOT_LISTED,
            Verdict.NOT_LISTED);
  }

  @Test
  void thePrimaryIsAskedOnceAndItsAnswerRemembered() throws IOException {
    primary.put(address("ann@r.example"), Finding.EXISTS);
    primary.put(address("bob@r.example"), Finding.UNKNOWN);

    for (int i = 0; i < 3; i++) {
      assertThat(verdicts(RecipientCheck.CALL_AHEAD, "ann@r.example", "bob@r.example"))
          .containsExactly(Verdict.KNOWN, Verdict.REFUSED);
    }
    assertThat(asked).containsExactly("ann", "bob");

    now = now.plus(CheckRelayRecipients.REMEMBER_UNKNOWN);
    primary.put(address("bob@r.example"), Finding.EXISTS); // made meanwhile
    assertThat(verdicts(RecipientCheck.CALL_AHEAD, "ann@r.example", "bob@r.example"))
        .containsOnly(Verdict.KNOWN);
    assertThat(asked).containsExactly("ann", "bob", "bob");

    now = now.plus(CheckRelayRecipients.REMEMBER_EXISTING);
    verdicts(RecipientCheck.CALL_AHEAD, "ann@r.example");
    assertThat(asked).containsExactly("ann", "bob", "bob", "ann");
  }

  @Test
  void whatThePrimaryDidNotSayIsNotRemembered() throws IOException {
    primary.put(address("ann@r.example"), Finding.UNDECIDED); // greylisted

    assertThat(verdicts(RecipientCheck.CALL_AHEAD, "ann@r.example"))
        .containsExactly(Verdict.UNVERIFIED);
    primary.put(address("ann@r.example"), Finding.UNKNOWN);
    assertThat(verdicts(RecipientCheck.CALL_AHEAD, "ann@r.example"))
        .containsExactly(Verdict.REFUSED);
  }

  @Test
  void whileThePrimaryIsDownWhatItSaidCountsAndTheRestIsTaken() throws IOException {
    primary.put(address("ann@r.example"), Finding.EXISTS);
    primary.put(address("bob@r.example"), Finding.UNKNOWN);
    verdicts(RecipientCheck.CALL_AHEAD, "ann@r.example", "bob@r.example");
    primary.clear();
    asked.clear();

    for (int i = 0; i < 3; i++) {
      assertThat(
              verdicts(
                  RecipientCheck.CALL_AHEAD, "ann@r.example", "bob@r.example", "new@r.example"))
          .containsExactly(Verdict.KNOWN, Verdict.REFUSED, Verdict.UNVERIFIED);
    }
    assertThat(asked).as("left alone for a minute").containsExactly("new");

    now = now.plus(Duration.ofSeconds(61));
    primary.put(address("new@r.example"), Finding.UNKNOWN);
    assertThat(verdicts(RecipientCheck.CALL_AHEAD, "new@r.example"))
        .containsExactly(Verdict.REFUSED);
  }

  private List<Verdict> verdicts(RecipientCheck how, String... recipients) throws IOException {
    Domain domain =
        new Domain("r.example", Domain.Kind.RELAY, Optional.empty(), SenderPolicy.DEFAULT, how);
    return check.check(domain, List.of(recipients).stream().map(Samples::address).toList());
  }
}

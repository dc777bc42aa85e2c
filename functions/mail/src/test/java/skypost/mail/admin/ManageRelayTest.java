package skypost.mail.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import skypost.mail.authorize.AuthorizeRecipients;
import skypost.mail.authorize.CheckRelayRecipients;
import skypost.mail.contract.Faults;
import skypost.mail.directory.Directory;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.SmartHost;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryProbedRecipients;
import skypost.mail.memory.InMemoryRelayRecipients;
import skypost.mail.memory.InMemorySmartHostPasswords;
import skypost.mail.memory.InMemorySuppressions;

/** Passwords at smart hosts live as long as the settings name them. */
class ManageRelayTest {
  private final Clock now = Clock.fixed(Instant.parse("2026-11-25T12:00:00Z"), ZoneOffset.UTC);
  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemorySmartHostPasswords passwords =
      new InMemorySmartHostPasswords(Clock.offset(now, Duration.ofDays(3)));

  @Test
  void aPasswordThatWasSetInVainIsForgotten() throws IOException {
    ManageRelay relay = over(directory);
    ManageRelay.Seen seen = relay.look();
    SmartHostLogins logins = relay.logins(seen);
    RelaySettings late = through(logins, "late");
    relay.replace(seen, RelaySettings.DEFAULT, relay.logins(seen));

    assertThat(relay.replace(seen, late, logins)).isInstanceOf(Outcome.Conflict.class);

    assertThat(passwordOf(late)).isEmpty();
  }

  @Test
  void aPasswordThatTheSettingsNameIsNeverForgotten() throws IOException {
    // This directory does not know its own write when it is sent twice.
    ManageRelay relay = over(Faults.repeating("replaceRelay"::equals, Directory.class, directory));
    ManageRelay.Seen seen = relay.look();
    SmartHostLogins logins = relay.logins(seen);

    relay.replace(seen, through(logins, "secret"), logins);

    assertThat(passwordOf(directory.relay().orElseThrow())).contains("secret");
  }

  private ManageRelay over(Directory directory) {
    var authorize =
        new AuthorizeRecipients.Ports(
            directory,
            new InMemoryMailboxes(),
            new CheckRelayRecipients(
                new InMemoryRelayRecipients(),
                new InMemoryProbedRecipients(),
                (domain, asked) -> List.of(),
                now),
            new InMemorySuppressions());
    return new ManageRelay(
        new ManageRelay.Ports(authorize, passwords), RelaySettings.DEFAULT, now, new Random(1));
  }

  private static RelaySettings through(SmartHostLogins logins, String password) {
    var host =
        new SmartHost(
            new HostPort("smart.example", 587),
            SmartHost.Tls.REQUIRED,
            Optional.of(logins.with("us", password)));
    return new RelaySettings(List.of(), Optional.of(host));
  }

  private Optional<String> passwordOf(RelaySettings settings) {
    SmartHost host = settings.smartHosts().standard().orElseThrow();
    return passwords.find(host.login().orElseThrow().secret());
  }
}

package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.ProbedRecipients;
import skypost.mail.directory.ProbedRecipients.Standing;
import skypost.protocol.address.EmailAddress;

/** What every {@link ProbedRecipients} must do. */
public abstract class ProbedRecipientsContract {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00.500Z");

  /** What is remembered. */
  protected abstract ProbedRecipients probed() throws IOException;

  private final String domain = Samples.name("d-") + ".example";

  @Test
  void whatWasSaidIsRememberedUntilItsTime() throws IOException {
    ProbedRecipients probed = probed();
    EmailAddress ann = new EmailAddress("ann", domain);
    EmailAddress bob = new EmailAddress("bob", domain);

    probed.remember(ann, Standing.EXISTS, NOW.plusSeconds(3600));
    probed.remember(bob, Standing.UNKNOWN, NOW.plusSeconds(60));

    assertThat(probed.find(ann, NOW)).contains(Standing.EXISTS);
    assertThat(probed.find(bob, NOW.plusSeconds(59))).contains(Standing.UNKNOWN);
    assertThat(probed.find(bob, NOW.plusSeconds(60))).isEmpty();
    assertThat(probed.find(ann, NOW.plusSeconds(3601))).isEmpty();
    assertThat(probed.find(new EmailAddress("carol", domain), NOW)).isEmpty();
  }

  @Test
  void whatIsSaidLaterCounts() throws IOException {
    ProbedRecipients probed = probed();
    EmailAddress ann = new EmailAddress("ann", domain);
    probed.remember(ann, Standing.UNKNOWN, NOW.plusSeconds(60));
    probed.remember(ann, Standing.EXISTS, NOW.plusSeconds(3600));

    assertThat(probed.find(ann, NOW)).contains(Standing.EXISTS);
  }

  @Test
  void onlyThePrimaryKnowsWhetherCaseMatters() throws IOException {
    ProbedRecipients probed = probed();
    probed.remember(new EmailAddress("Ann", domain), Standing.EXISTS, NOW.plusSeconds(60));

    assertThat(probed.find(new EmailAddress("ann", domain), NOW)).isEmpty();
    assertThat(probed.find(new EmailAddress("Ann", domain), NOW)).isPresent();
  }
}

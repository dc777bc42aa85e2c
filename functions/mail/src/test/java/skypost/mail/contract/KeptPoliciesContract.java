package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import skypost.mail.tlspolicy.KeptPolicies;
import skypost.mail.tlspolicy.KeptPolicy;
import skypost.mail.tlspolicy.StsPolicy;

/** What every {@link KeptPolicies} must do. */
public abstract class KeptPoliciesContract {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");

  /** What keeps them. */
  protected abstract KeptPolicies policies() throws IOException;

  private final String domain = Samples.name("d-") + ".example";
  private final StsPolicy enforced =
      new StsPolicy(
          StsPolicy.Mode.ENFORCE,
          List.of("mx.there.example", "*.there.example"),
          Duration.ofDays(7));

  @Test
  void aPolicyIsKeptForItsTime() throws IOException {
    KeptPolicies policies = policies();
    KeptPolicy kept = new KeptPolicy("20261125", enforced, NOW);
    policies.keep(domain, kept);

    assertThat(policies.find(domain, NOW)).contains(kept);
    assertThat(policies.find(domain, NOW.plus(Duration.ofDays(7)).minusSeconds(1))).contains(kept);
    assertThat(policies.find(domain, NOW.plus(Duration.ofDays(7)))).isEmpty();
    assertThat(policies.find("other." + domain, NOW)).isEmpty();
  }

  @Test
  void aNewPolicyReplacesTheOld() throws IOException {
    KeptPolicies policies = policies();
    policies.keep(domain, new KeptPolicy("1", enforced, NOW));
    KeptPolicy none =
        new KeptPolicy("2", new StsPolicy(StsPolicy.Mode.NONE, List.of(), Duration.ofDays(1)), NOW);
    policies.keep(domain, none);

    assertThat(policies.find(domain, NOW)).contains(none);
  }
}

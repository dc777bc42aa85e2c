package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import skypost.mail.auth.dkim.DkimSignature.Algorithm;
import skypost.mail.signing.DomainKeys;
import skypost.mail.signing.SigningKeys;
import skypost.mail.signing.SigningPair;
import skypost.mail.signing.SigningPair.Half;
import skypost.mail.signing.SigningPair.State;

/** What every {@link SigningKeys} must do. */
public abstract class SigningKeysContract {
  private static final Instant AT = Instant.parse("2026-11-25T12:00:00Z");

  /** The keys under test. */
  protected abstract SigningKeys keys() throws IOException;

  private static SigningPair pair(String id, State state) {
    return new SigningPair(
        id,
        AT,
        state,
        List.of(
            new Half(id + "-rsa", Algorithm.RSA_SHA256, "cHVibGlj", "c2VhbGVk"),
            new Half(id + "-ed25519", Algorithm.ED25519_SHA256, "cHVi", "c2Vh")));
  }

  @Test
  void aDomainHasNoneAtFirst() throws IOException {
    String domain = Samples.name("d") + ".example";

    assertThat(keys().of(domain)).isEqualTo(DomainKeys.none(domain));
  }

  @Test
  void whatIsKeptComesBackWhole() throws IOException {
    String domain = Samples.name("d") + ".example";
    DomainKeys kept = DomainKeys.none(domain).with(pair("a", new State.Retired(AT.plusSeconds(5))));
    assertThat(keys().replace(kept)).isTrue();
    kept = kept.with(pair("b", new State.Active(AT))).with(pair("c", new State.Pending()));
    kept = new DomainKeys(domain, 2, kept.pairs());
    assertThat(keys().replace(kept)).isTrue();

    assertThat(keys().of(domain)).isEqualTo(kept);
    assertThat(keys().of("other." + domain).pairs()).isEmpty();
  }

  @Test
  void ofTwoWhoHaveSeenTheSameOneIsTooLate() throws IOException {
    String domain = Samples.name("d") + ".example";
    DomainKeys first = DomainKeys.none(domain).with(pair("a", new State.Pending()));
    assertThat(keys().replace(first)).isTrue();
    assertThat(keys().replace(first)).isFalse();

    DomainKeys one = first.with(pair("b", new State.Pending()));
    DomainKeys other = first.without("a");
    assertThat(keys().replace(one)).isTrue();
    assertThat(keys().replace(other)).isFalse();

    assertThat(keys().of(domain)).isEqualTo(one);
  }

  @Test
  void whatIsForgottenIsGone() throws IOException {
    String domain = Samples.name("d") + ".example";
    keys().replace(DomainKeys.none(domain).with(pair("a", new State.Pending())));

    keys().forget(domain);
    keys().forget(domain);

    assertThat(keys().of(domain)).isEqualTo(DomainKeys.none(domain));
  }
}

package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import skypost.mail.signing.KeyVault;
import skypost.mail.signing.KeyVault.Purpose;

/** What every {@link KeyVault} must do. */
public abstract class KeyVaultContract {
  private static final Purpose PURPOSE = new Purpose("example.com", "s1");
  private static final byte[] SECRET = "a private key".getBytes(StandardCharsets.UTF_8);

  /** The vault under test. */
  protected abstract KeyVault vault() throws IOException;

  /** One under another key. */
  protected abstract KeyVault another() throws IOException;

  @Test
  void whatIsSealedOpensForItsPurpose() throws IOException {
    byte[] sealed = vault().seal(SECRET, PURPOSE);

    assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("private");
    assertThat(vault().open(sealed, PURPOSE)).isEqualTo(SECRET);
  }

  @Test
  void itOpensForNothingElse() throws IOException {
    byte[] sealed = vault().seal(SECRET, PURPOSE);

    for (Purpose other :
        new Purpose[] {new Purpose("example.com", "s2"), new Purpose("example.org", "s1")}) {
      assertThatThrownBy(() -> vault().open(sealed, other)).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> another().open(sealed, PURPOSE)).isInstanceOf(IOException.class);
  }

  @Test
  void whatWasChangedDoesNotOpen() throws IOException {
    byte[] sealed = vault().seal(SECRET, PURPOSE);
    sealed[sealed.length - 3] ^= 1;

    assertThatThrownBy(() -> vault().open(sealed, PURPOSE)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> vault().open(new byte[] {1, 2}, PURPOSE))
        .isInstanceOf(IOException.class);
  }

  @Test
  void theSameSecretIsNeverSealedTheSameWay() throws IOException {
    assertThat(vault().seal(SECRET, PURPOSE)).isNotEqualTo(vault().seal(SECRET, PURPOSE));
  }

  @Test
  void aSecretHasItsBounds() throws IOException {
    byte[] largest = new byte[KeyVault.MAX_SECRET];

    assertThat(vault().open(vault().seal(largest, PURPOSE), PURPOSE)).isEqualTo(largest);
    assertThatThrownBy(() -> vault().seal(new byte[KeyVault.MAX_SECRET + 1], PURPOSE))
        .isInstanceOf(IOException.class);
  }
}

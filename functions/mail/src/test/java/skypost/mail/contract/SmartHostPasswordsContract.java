package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.SmartHostPasswords;

/** What every {@link SmartHostPasswords} must do. */
public abstract class SmartHostPasswordsContract {
  /** The passwords under test, by the system's clock. */
  protected abstract SmartHostPasswords passwords() throws IOException;

  @Test
  void aPasswordIsFoundUnderItsIdAlone() throws IOException {
    SmartHostPasswords passwords = passwords();
    String id = Samples.name("id-");
    passwords.put(id, "p\u00e4ss/w+rd=");
    passwords.put(Samples.name("other-"), "another");

    assertThat(passwords.find(id)).contains("p\u00e4ss/w+rd=");
    assertThat(passwords.find(Samples.name("none-"))).isEmpty();
  }

  @Test
  void whatIsForgottenIsStillFoundForAWhile() throws IOException {
    SmartHostPasswords passwords = passwords();
    String id = Samples.name("id-");
    passwords.put(id, "secret");

    passwords.forget(id, Instant.now().plusSeconds(3600));
    assertThat(passwords.find(id)).contains("secret");

    passwords.forget(id, Instant.now().minusSeconds(2));
    assertThat(passwords.find(id)).isEmpty();
  }

  @Test
  void whatIsNotThereCanBeForgotten() throws IOException {
    String id = Samples.name("id-");
    passwords().forget(id, Instant.now().plusSeconds(3600));

    assertThat(passwords().find(id)).isEmpty();
  }
}

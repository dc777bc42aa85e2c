package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.Credentials;
import skypost.protocol.address.EmailAddress;

/** What every {@link Credentials} must do. */
public abstract class CredentialsContract {
  /** The credentials under test. */
  protected abstract Credentials credentials() throws IOException;

  @Test
  void theLastHashPutIsTheOneReturned() throws IOException {
    Credentials credentials = credentials();
    EmailAddress user = Samples.user();
    credentials.put(user, "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$b25l");
    credentials.put(user, "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$dHdv");

    assertThat(credentials.hash(user)).contains("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$dHdv");
    assertThat(credentials.hash(Samples.user())).isEmpty();
  }

  @Test
  void aDeletedHashIsGone() throws IOException {
    Credentials credentials = credentials();
    EmailAddress user = Samples.user();
    credentials.put(user, "$argon2id$x");

    credentials.delete(user);
    credentials.delete(user);

    assertThat(credentials.hash(user)).isEmpty();
  }
}

package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.AppPassword;
import skypost.mail.directory.Credentials;
import skypost.mail.directory.LoginHistory;
import skypost.mail.directory.LoginSecrets;
import skypost.mail.directory.ScramKeys;
import skypost.mail.directory.StoredPassword;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramSalt;

/** What every {@link Credentials} must do. */
public abstract class CredentialsContract {
  private static final ScramSalt SALT = new ScramSalt("c2FsdA==", 4096);
  private static final StoredPassword ONE =
      new StoredPassword("$argon2id$one", Optional.of(new ScramKeys("c3RvcmVk", "c2VydmVy")));
  private static final StoredPassword TWO = new StoredPassword("$argon2id$two", Optional.empty());
  private static final LocalDate DAY = LocalDate.of(2026, 11, 25);

  /** The credentials under test. */
  protected abstract Credentials credentials() throws IOException;

  @Test
  void theLastPasswordPutIsTheOneFound() throws IOException {
    Credentials credentials = credentials();
    EmailAddress user = Samples.user();
    credentials.put(user, SALT, ONE);
    assertThat(credentials.find(user))
        .contains(new LoginSecrets(Optional.of(SALT), ONE, java.util.List.of(), LoginHistory.NONE));

    credentials.put(user, SALT, TWO);
    assertThat(credentials.find(user).orElseThrow().password())
        .as("nor do keys of the old password stay")
        .isEqualTo(TWO);
    assertThat(credentials.find(Samples.user())).isEmpty();
  }

  @Test
  void appPasswordsComeGoAndOutliveTheUsersOwn() throws IOException {
    Credentials credentials = credentials();
    EmailAddress user = Samples.user();
    credentials.put(user, SALT, ONE);
    assertThat(credentials.add(user, SALT, app("aaaaaa"))).isTrue();
    assertThat(credentials.add(user, SALT, app("bbbbbb"))).isTrue();
    assertThat(credentials.add(user, SALT, app("aaaaaa", "b3RoZXI=")))
        .as("the id is taken")
        .isFalse();

    credentials.put(user, SALT, TWO);
    assertThat(credentials.find(user).orElseThrow().appPasswords())
        .containsExactlyInAnyOrder(app("aaaaaa"), app("bbbbbb"));

    assertThat(credentials.remove(user, "aaaaaa")).isTrue();
    assertThat(credentials.remove(user, "aaaaaa")).isFalse();
    assertThat(credentials.find(user).orElseThrow().appPasswords()).containsExactly(app("bbbbbb"));
  }

  @Test
  void anAppPasswordNeedsAUserWithThatSaltAndRoom() throws IOException {
    Credentials credentials = credentials();
    EmailAddress user = Samples.user();
    assertThat(credentials.add(user, SALT, app("aaaaaa"))).isFalse();
    assertThat(credentials.remove(user, "aaaaaa")).isFalse();
    assertThat(credentials.find(user)).isEmpty();

    credentials.put(user, SALT, ONE);
    assertThat(credentials.add(user, new ScramSalt("b3RoZXI=", 4096), app("aaaaaa"))).isFalse();
    for (int i = 0; i < AppPassword.MOST; i++) {
      assertThat(credentials.add(user, SALT, app("full" + (10 + i)))).isTrue();
    }
    assertThat(credentials.add(user, SALT, app("aaaaaa"))).isFalse();
  }

  @Test
  void whereALoginWasRightIsRemembered() throws IOException {
    Credentials credentials = credentials();
    EmailAddress user = Samples.user();
    var history =
        new LoginHistory(
            Map.of("192.0.2.1", DAY, "2001:db8:0:0:0:0:0:0/64", DAY), Map.of("k", DAY));
    credentials.note(user, history);
    assertThat(credentials.find(user)).as("nobody is made by that").isEmpty();

    credentials.put(user, SALT, ONE);
    credentials.note(user, history);
    credentials.put(user, SALT, TWO);
    assertThat(credentials.find(user).orElseThrow().history()).isEqualTo(history);
  }

  @Test
  void aDeletedUserIsGoneWithEverything() throws IOException {
    Credentials credentials = credentials();
    EmailAddress user = Samples.user();
    credentials.put(user, SALT, ONE);
    credentials.add(user, SALT, app("aaaaaa"));

    credentials.delete(user);
    credentials.delete(user);

    assertThat(credentials.find(user)).isEmpty();
    credentials.put(user, SALT, ONE);
    assertThat(credentials.find(user).orElseThrow().appPasswords()).isEmpty();
  }

  @Test
  void theSecretKeyIsRandomAndStays() throws IOException {
    Credentials credentials = credentials();
    byte[] key = credentials.secretKey();

    assertThat(key).hasSize(32).isNotEqualTo(new byte[32]);
    assertThat(credentials.secretKey()).isEqualTo(key);
  }

  private static AppPassword app(String id) {
    return app(id, "ZGlnZXN0");
  }

  private static AppPassword app(String id, String digest) {
    return new AppPassword(
        id, "phone 📱", DAY, digest, Optional.of(new ScramKeys("c3RvcmVk", "c2VydmVy")));
  }
}

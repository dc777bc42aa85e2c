package skypost.mail.directory;

import java.util.List;
import java.util.Optional;
import skypost.protocol.sasl.ScramSalt;

/**
 * All that is kept of what a user logs in with.
 *
 * @param salt for SCRAM, one for all the user's passwords, since a client asks for it before it is
 *     known which one it has; empty for a user without SCRAM keys
 * @param password the user's own
 * @param appPasswords in no order
 * @param history by the day
 */
public record LoginSecrets(
    Optional<ScramSalt> salt,
    StoredPassword password,
    List<AppPassword> appPasswords,
    LoginHistory history) {
  public LoginSecrets {
    appPasswords = List.copyOf(appPasswords);
  }

  /** The app password of that id. */
  public Optional<AppPassword> appPassword(String id) {
    return appPasswords.stream().filter(app -> app.id().equals(id)).findAny();
  }

  @Override
  public String toString() {
    return "LoginSecrets[]"; // no secrets in logs
  }
}

package skypost.mail.directory;

import java.util.Optional;
import skypost.protocol.sasl.ScramSalt;

/**
 * What is kept of a user's own password.
 *
 * @param hash as {@link PasswordHash} writes it
 * @param scram empty for a password that SCRAM cannot carry
 */
public record StoredPassword(String hash, Optional<ScramKeys> scram) {
  /** Of a new password. */
  public static StoredPassword of(
      String password, ScramSalt salt, java.security.SecureRandom random) {
    return new StoredPassword(PasswordHash.of(password, random), ScramKeys.of(password, salt));
  }

  @Override
  public String toString() {
    return "StoredPassword[]"; // no secrets in logs
  }
}

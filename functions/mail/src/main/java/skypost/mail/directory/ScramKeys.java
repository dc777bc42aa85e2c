package skypost.mail.directory;

import com.ongres.saslprep.SASLprep;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import skypost.protocol.sasl.ScramProof;
import skypost.protocol.sasl.ScramSalt;

/**
 * What is stored of a password for SCRAM-SHA-256 (RFC 5802 section 3, RFC 7677). Who reads it can
 * check proofs and pose as the server, and must guess to learn the password.
 *
 * @param storedKey in base64
 * @param serverKey in base64
 */
public record ScramKeys(String storedKey, String serverKey) {
  /**
   * RFC 7677 section 4 wants at least 4096. A client computes them at each login, and so does a
   * guesser with a stolen table: 100,000 are a tenth of a second for the one on a phone.
   */
  public static final int ITERATIONS = 100_000;

  private static final int SALT_OCTETS = 16;
  private static final int KEY_BITS = 256;

  /** A fresh salt. */
  public static ScramSalt salt(SecureRandom random) {
    byte[] salt = new byte[SALT_OCTETS];
    random.nextBytes(salt);
    return salt(salt);
  }

  /** A salt for somebody who has none: always the same for the same name, and like any other. */
  public static ScramSalt saltOfNobody(byte[] secret, String username) {
    byte[] digest = Keyed.hmac(secret, "scram-salt " + username);
    return salt(java.util.Arrays.copyOf(digest, SALT_OCTETS));
  }

  private static ScramSalt salt(byte[] octets) {
    return new ScramSalt(Base64.getEncoder().encodeToString(octets), ITERATIONS);
  }

  /**
   * The keys of a password; empty when it has characters that SASLprep forbids (RFC 4013), so that
   * no client could log in with it by SCRAM.
   */
  public static Optional<ScramKeys> of(String password, ScramSalt salt) {
    String prepared;
    try {
      prepared = new SASLprep().prepareStored(password);
    } catch (IllegalArgumentException forbidden) {
      return Optional.empty();
    }
    if (prepared.isEmpty()) {
      return Optional.empty();
    }
    byte[] salted = pbkdf2(prepared, salt);
    byte[] clientKey = Keyed.hmac(salted, "Client Key");
    Base64.Encoder base64 = Base64.getEncoder();
    return Optional.of(
        new ScramKeys(
            base64.encodeToString(Keyed.sha256(clientKey)),
            base64.encodeToString(Keyed.hmac(salted, "Server Key"))));
  }

  /** Checks a proof. @return the server's signature in base64; empty when the proof is wrong */
  public Optional<String> check(ScramProof proof) {
    byte[] stored = Base64.getDecoder().decode(storedKey);
    byte[] clientKey = Base64.getDecoder().decode(proof.proof());
    byte[] signature = Keyed.hmac(stored, proof.authMessage());
    if (clientKey.length != signature.length) {
      return Optional.empty();
    }
    for (int i = 0; i < clientKey.length; i++) {
      clientKey[i] ^= signature[i];
    }
    if (!MessageDigest.isEqual(Keyed.sha256(clientKey), stored)) {
      return Optional.empty();
    }
    byte[] own = Keyed.hmac(Base64.getDecoder().decode(serverKey), proof.authMessage());
    return Optional.of(Base64.getEncoder().encodeToString(own));
  }

  private static byte[] pbkdf2(String password, ScramSalt salt) {
    try {
      var spec =
          new PBEKeySpec(
              password.toCharArray(),
              Base64.getDecoder().decode(salt.salt()),
              salt.iterations(),
              KEY_BITS);
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // every JDK has it
    }
  }

  @Override
  public String toString() {
    return "ScramKeys[]"; // no secrets in logs
  }
}

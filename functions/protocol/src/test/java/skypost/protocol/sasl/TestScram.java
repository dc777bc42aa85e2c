package skypost.protocol.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A SCRAM-SHA-256 client of our own (RFC 5802 section 3), and a keeper of one password for gates of
 * tests; both written apart from the code that they test.
 */
public final class TestScram {
  public static final ScramSalt SALT = new ScramSalt("W22ZaJ0SNY7soEsUEjb6gQ==", 4096);

  private final String gs2Header;
  private final byte[] bindingInput;
  private final String bare;
  private final String nonce;
  private final String password;
  private String expectedSignature = "";

  /**
   * @param gs2Header such as {@code n,,}
   * @param binding the channel binding to claim; nothing for none
   */
  public TestScram(
      String gs2Header, byte[] binding, String username, String password, String nonce) {
    this.gs2Header = gs2Header;
    byte[] header = gs2Header.getBytes(UTF_8);
    this.bindingInput = Arrays.copyOf(header, header.length + binding.length);
    System.arraycopy(binding, 0, bindingInput, header.length, binding.length);
    this.nonce = nonce;
    this.bare = "n=" + username + ",r=" + nonce;
    this.password = password;
  }

  /** The first message. */
  public String first() {
    return gs2Header + bare;
  }

  /** The answer to the server's first message. */
  public String last(String serverFirst) {
    String[] parts = serverFirst.split(",");
    String both = parts[0].substring(2);
    if (!both.startsWith(nonce) || both.length() == nonce.length()) {
      throw new AssertionError("the server adds nothing to the nonce: " + serverFirst);
    }
    var salt = new ScramSalt(parts[1].substring(2), Integer.parseInt(parts[2].substring(2)));
    String withoutProof = "c=" + base64(bindingInput) + ",r=" + both;
    String authMessage = bare + "," + serverFirst + "," + withoutProof;
    byte[] salted = salted(password, salt);
    byte[] proof = hmac(salted, "Client Key");
    byte[] signature = hmac(sha256(proof), authMessage);
    for (int i = 0; i < proof.length; i++) {
      proof[i] ^= signature[i];
    }
    expectedSignature = "v=" + base64(hmac(hmac(salted, "Server Key"), authMessage));
    return withoutProof + ",p=" + base64(proof);
  }

  /** What the server must say when it knows the password too. */
  public String expectedSignature() {
    return expectedSignature;
  }

  /** Checks a proof as the keeper of the password: the server's signature, where it is right. */
  public static Optional<String> check(String password, ScramProof proof) {
    byte[] salted = salted(password, SALT);
    byte[] stored = sha256(hmac(salted, "Client Key"));
    byte[] key = Base64.getDecoder().decode(proof.proof());
    byte[] signature = hmac(stored, proof.authMessage());
    for (int i = 0; i < Math.min(key.length, signature.length); i++) {
      key[i] ^= signature[i];
    }
    return Arrays.equals(sha256(key), stored)
        ? Optional.of(base64(hmac(hmac(salted, "Server Key"), proof.authMessage())))
        : Optional.empty();
  }

  public static String base64(byte[] octets) {
    return Base64.getEncoder().encodeToString(octets);
  }

  public static String base64(String text) {
    return base64(text.getBytes(UTF_8));
  }

  public static String text(String base64) {
    return new String(Base64.getDecoder().decode(base64), UTF_8);
  }

  private static byte[] salted(String password, ScramSalt salt) {
    try {
      var spec =
          new PBEKeySpec(
              password.toCharArray(),
              Base64.getDecoder().decode(salt.salt()),
              salt.iterations(),
              256);
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException(fault);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(UTF_8));
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException(fault);
    }
  }

  private static byte[] sha256(byte[] octets) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(octets);
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException(fault);
    }
  }
}

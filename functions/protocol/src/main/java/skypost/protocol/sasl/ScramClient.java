package skypost.protocol.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677), the client's side, without channel binding. For one exchange.
 *
 * <pre>{@code
 * send(scram.first());
 * Optional<String> last = scram.last(receive()); // empty: not a server that knows the password
 * send(last.get());
 * boolean proven = scram.isProvenBy(receive());
 * }</pre>
 */
public final class ScramClient {
  /** RFC 7677 section 4 wants no fewer; a server that wants far more keeps us busy. */
  private static final int LEAST_ITERATIONS = 4096;

  private static final int MOST_ITERATIONS = 1_000_000;
  private static final int KEY_BITS = 256;
  private static final String GS2_HEADER = "n,,"; // RFC 5802 section 7: no channel binding
  private static final Pattern SERVER_FIRST =
      Pattern.compile("r=([\\x21-\\x2b\\x2d-\\x7e]+),s=([A-Za-z0-9+/=]+),i=([1-9][0-9]{0,6}).*");
  private static final Pattern SERVER_LAST = Pattern.compile("v=([A-Za-z0-9+/=]+).*");

  private final String password;
  private final String nonce;
  private final String firstBare;
  private byte[] serverSignature = new byte[0];

  /**
   * @param nonce printable and without a comma; random, and another one each time
   */
  public ScramClient(String username, String password, String nonce) {
    this.password = normalized(password);
    this.nonce = nonce;
    String name = normalized(username).replace("=", "=3D").replace(",", "=2C");
    this.firstBare = "n=" + name + ",r=" + nonce;
  }

  /** The client-first-message. */
  public String first() {
    return GS2_HEADER + firstBare;
  }

  /** The client-final-message; empty when the server's message is none that can be answered. */
  public Optional<String> last(String serverFirst) {
    Matcher parts = SERVER_FIRST.matcher(serverFirst);
    // RFC 5802 section 5.1: a nonce that does not begin with ours is an answer to somebody else
    if (!parts.matches()
        || !parts.group(1).startsWith(nonce)
        || parts.group(1).length() == nonce.length()) {
      return Optional.empty();
    }
    int iterations = Integer.parseInt(parts.group(3));
    if (iterations < LEAST_ITERATIONS || iterations > MOST_ITERATIONS) {
      return Optional.empty();
    }
    try {
      byte[] salt = Base64.getDecoder().decode(parts.group(2));
      String binding = Base64.getEncoder().encodeToString(GS2_HEADER.getBytes(UTF_8));
      String withoutProof = "c=" + binding + ",r=" + parts.group(1);
      byte[] proof = prove(salt, iterations, firstBare + "," + serverFirst + "," + withoutProof);
      return Optional.of(withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof));
    } catch (IllegalArgumentException malformedSalt) {
      return Optional.empty();
    }
  }

  /** RFC 5802 section 3. */
  private byte[] prove(byte[] salt, int iterations, String authMessage) {
    try {
      byte[] salted =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
              .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, KEY_BITS))
              .getEncoded();
      byte[] proof = hmac(salted, "Client Key");
      byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(proof);
      byte[] signature = hmac(storedKey, authMessage);
      for (int i = 0; i < proof.length; i++) {
        proof[i] ^= signature[i];
      }
      serverSignature = hmac(hmac(salted, "Server Key"), authMessage);
      return proof;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // every JDK has them
    }
  }

  /** Whether the server-final-message proves that the server knows the password, too. */
  public boolean isProvenBy(String serverLast) {
    Matcher parts = SERVER_LAST.matcher(serverLast);
    try {
      return parts.matches()
          && serverSignature.length > 0
          && MessageDigest.isEqual(serverSignature, Base64.getDecoder().decode(parts.group(1)));
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }

  /** RFC 4013 sections 2.1 and 2.2, as far as a password that somebody set is concerned. */
  private static String normalized(String text) {
    return Normalizer.normalize(
        text.codePoints()
            .map(c -> Character.getType(c) == Character.SPACE_SEPARATOR ? ' ' : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append),
        Normalizer.Form.NFKC);
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(UTF_8));
  }
}

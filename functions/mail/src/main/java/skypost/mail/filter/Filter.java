package skypost.mail.filter;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A user's filter.
 *
 * @param script the Sieve script that runs (RFC 5228)
 * @param source what it was made of, as it was given: JSON
 */
public record Filter(String script, String source) {
  private static final int VERSION_OCTETS = 12;

  /** Names the script: another script has another version. */
  public String version() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, VERSION_OCTETS);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every JDK has SHA-256
    }
  }
}

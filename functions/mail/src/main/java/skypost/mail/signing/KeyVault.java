package skypost.mail.signing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Encrypts secrets under a key that never leaves it. The administration seals and cannot open;
 * sending opens and cannot seal.
 */
public interface KeyVault {
  /** Octets of a secret at most: what AWS KMS encrypts in one request. */
  int MAX_SECRET = 4096;

  /**
   * Encrypts.
   *
   * @param secret at most {@value #MAX_SECRET} octets
   * @param purpose it can be opened for this alone
   */
  byte[] seal(byte[] secret, Purpose purpose) throws IOException;

  /**
   * Decrypts.
   *
   * @throws IOException when it cannot be had now, or was not sealed by this vault for this purpose
   */
  byte[] open(byte[] sealed, Purpose purpose) throws IOException;

  /**
   * What a secret is for; bound to it, and not secret itself.
   *
   * @param domain whose key it is
   * @param selector of the key
   */
  record Purpose(String domain, String selector) {
    /** As names and values, such as KMS takes for an encryption context. */
    public Map<String, String> context() {
      return Map.of("domain", domain, "selector", selector);
    }

    byte[] octets() { // neither may hold the octet between them
      return (domain + '\0' + selector).getBytes(StandardCharsets.UTF_8);
    }
  }
}

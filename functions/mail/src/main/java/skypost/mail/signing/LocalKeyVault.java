package skypost.mail.signing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A {@link KeyVault} under a key of this machine: AES-256-GCM (NIST SP 800-38D), each secret under
 * a nonce of its own. Thread safe.
 */
public final class LocalKeyVault implements KeyVault {
  /** Octets of the key. */
  public static final int KEY_OCTETS = 32;

  private static final byte FORMAT = 1;
  private static final int NONCE = 12; // SP 800-38D section 5.2.1.1 recommends 96 bits
  private static final int TAG_BITS = 128;

  private final SecretKeySpec key;
  private final SecureRandom random;

  /**
   * @param key {@value #KEY_OCTETS} octets of chance
   */
  public LocalKeyVault(byte[] key, SecureRandom random) {
    if (key.length != KEY_OCTETS) {
      throw new IllegalArgumentException("the key has " + key.length + " octets");
    }
    this.key = new SecretKeySpec(key, "AES");
    this.random = random;
  }

  @Override
  public byte[] seal(byte[] secret, Purpose purpose) throws IOException {
    if (secret.length > MAX_SECRET) {
      throw new IOException("a secret of " + secret.length + " octets is too large");
    }
    byte[] nonce = new byte[NONCE];
    random.nextBytes(nonce);
    try {
      byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, nonce, purpose).doFinal(secret);
      return ByteBuffer.allocate(1 + NONCE + encrypted.length)
          .put(FORMAT)
          .put(nonce)
          .put(encrypted)
          .array();
    } catch (GeneralSecurityException fault) {
      throw new IOException("cannot encrypt", fault);
    }
  }

  @Override
  public byte[] open(byte[] sealed, Purpose purpose) throws IOException {
    if (sealed.length < 1 + NONCE || sealed[0] != FORMAT) {
      throw new IOException("what is to be opened was not sealed here");
    }
    byte[] nonce = new byte[NONCE];
    ByteBuffer.wrap(sealed, 1, NONCE).get(nonce);
    try {
      return cipher(Cipher.DECRYPT_MODE, nonce, purpose)
          .doFinal(sealed, 1 + NONCE, sealed.length - 1 - NONCE);
    } catch (GeneralSecurityException fault) {
      throw new IOException("what is to be opened was not sealed here for " + purpose, fault);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, Purpose purpose) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(purpose.octets());
    return cipher;
  }
}

package skypost.mail.signing;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import skypost.mail.auth.dkim.DkimSignature.Algorithm;
import skypost.mail.signing.SigningPair.Half;

/** Makes pairs of keys; what is secret in them is sealed before anybody sees it. */
public final class MakeSigningPair {
  /** RFC 8301 section 3.2: at least 1024, and 2048 is what signers should use. */
  private static final int RSA_BITS = 2048;

  private static final int ED25519_OCTETS = 32; // RFC 8032 section 5.1.5
  private static final int LETTERS = 5; // sixty million ids a day for each domain
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuuMMdd").withZone(ZoneOffset.UTC);

  private final KeyVault vault;
  private final SecureRandom random;

  public MakeSigningPair(KeyVault vault, SecureRandom random) {
    this.vault = vault;
    this.random = random;
  }

  /**
   * Makes a pair that is pending. Its id is the day and some letters of chance: a selector is never
   * used for another key, since resolvers may remember the one before; not even when the domain was
   * deleted in between, with all that was known of its keys.
   *
   * @param present what the domain has
   */
  public SigningPair make(DomainKeys present, Instant now) throws IOException {
    String id = "s" + DAY.format(now) + "-" + letters();
    return new SigningPair(
        id,
        now.truncatedTo(ChronoUnit.SECONDS),
        new SigningPair.State.Pending(),
        List.of(
            half(present.domain(), id + "-rsa", Algorithm.RSA_SHA256),
            half(present.domain(), id + "-ed25519", Algorithm.ED25519_SHA256)));
  }

  private String letters() {
    int smallest = (int) Math.pow(Character.MAX_RADIX, LETTERS - 1);
    return Integer.toString(
        random.nextInt(smallest, smallest * Character.MAX_RADIX), Character.MAX_RADIX);
  }

  private Half half(String domain, String selector, Algorithm algorithm) throws IOException {
    KeyPair keys = generate(algorithm);
    byte[] secret = keys.getPrivate().getEncoded();
    byte[] sealed = vault.seal(secret, new KeyVault.Purpose(domain, selector));
    Arrays.fill(secret, (byte) 0);
    byte[] info = keys.getPublic().getEncoded();
    byte[] published = // RFC 8463 section 4: the octets alone; RSA: SubjectPublicKeyInfo
        algorithm == Algorithm.RSA_SHA256
            ? info
            : Arrays.copyOfRange(info, info.length - ED25519_OCTETS, info.length);
    Base64.Encoder base64 = Base64.getEncoder();
    return new Half(
        selector, algorithm, base64.encodeToString(published), base64.encodeToString(sealed));
  }

  private KeyPair generate(Algorithm algorithm) {
    try {
      boolean rsa = algorithm == Algorithm.RSA_SHA256;
      KeyPairGenerator generator = KeyPairGenerator.getInstance(rsa ? "RSA" : "Ed25519");
      if (rsa) {
        generator.initialize(RSA_BITS, random);
      } else {
        generator.initialize(255, random);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // every JDK of ours has both
    }
  }
}

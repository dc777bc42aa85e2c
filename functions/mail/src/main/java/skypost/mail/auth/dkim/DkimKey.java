package skypost.mail.auth.dkim;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import skypost.mail.auth.dkim.DkimSignature.Algorithm;

/**
 * A key record (RFC 6376 section 3.6.1).
 *
 * @param key the public key
 * @param type what it is for: {@code rsa} or {@code ed25519}
 * @param testing whether the domain only tests (t=y)
 * @param strict whether i= must be of the very domain of d= (t=s)
 */
record DkimKey(PublicKey key, String type, boolean testing, boolean strict) {
  private static final int MIN_BITS = 1024; // RFC 8301 section 3.2
  private static final int MAX_BITS = 8192; // RFC 8301 section 3.2 asks for 4096; larger are dear
  private static final int MAX_EXPONENT_BITS = 32; // a large one makes each verification dear

  /** What stands before the 32 octets of an Ed25519 key (RFC 8410 section 4). */
  private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  /** What stands before an RSAPublicKey: SEQUENCE of the algorithm; BIT STRING (RFC 8017 A.1). */
  private static final byte[] RSA_ALGORITHM =
      HexFormat.of().parseHex("300d06092a864886f70d0101010500");

  /** Reads a record. */
  static DkimKey read(String record) throws DkimFault {
    TagList tags =
        TagList.parse(record).orElseThrow(() -> DkimFault.permanent("malformed key record"));
    Optional<String> version = tags.get("v");
    if (version.isPresent() && !(version.get().equals("DKIM1") && tags.first().equals("v"))) {
      throw DkimFault.permanent("not a key record of DKIM1");
    }
    if (!list(tags, "h", "sha256").contains("sha256")) {
      throw DkimFault.permanent("the key is not for sha256");
    }
    List<String> services = list(tags, "s", "*");
    if (!services.contains("*") && !services.contains("email")) {
      throw DkimFault.permanent("the key is not for mail");
    }
    String data = tags.compact("p").orElseThrow(() -> DkimFault.permanent("key record without p="));
    if (data.isEmpty()) {
      throw DkimFault.permanent("the key is revoked");
    }
    String type = tags.compact("k").orElse("rsa").toLowerCase(Locale.ROOT);
    List<String> flags = list(tags, "t", "");
    return new DkimKey(key(type, data), type, flags.contains("y"), flags.contains("s"));
  }

  private static List<String> list(TagList tags, String name, String otherwise) {
    return Arrays.asList(tags.compact(name).orElse(otherwise).toLowerCase(Locale.ROOT).split(":"));
  }

  private static PublicKey key(String type, String data) throws DkimFault {
    try {
      byte[] octets = Base64.getDecoder().decode(data);
      return switch (type) {
        case "rsa" -> rsa(octets);
        case "ed25519" -> ed25519(octets);
        default -> throw DkimFault.permanent("unknown key type");
      };
    } catch (IllegalArgumentException | GeneralSecurityException malformed) {
      throw DkimFault.permanent("malformed key");
    }
  }

  /** A SubjectPublicKeyInfo; or a bare RSAPublicKey, as RFC 6376 section 3.6.1 says by mistake. */
  private static PublicKey rsa(byte[] octets) throws GeneralSecurityException {
    KeyFactory factory = KeyFactory.getInstance("RSA");
    try {
      return factory.generatePublic(new X509EncodedKeySpec(octets));
    } catch (GeneralSecurityException bare) {
      byte[] bits = der(0x03, new byte[] {0}, octets);
      return factory.generatePublic(new X509EncodedKeySpec(der(0x30, RSA_ALGORITHM, bits)));
    }
  }

  private static byte[] der(int tag, byte[] first, byte[] second) {
    int length = first.length + second.length;
    byte[] head =
        length < 0x80
            ? new byte[] {(byte) tag, (byte) length}
            : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
    return joined(joined(head, first), second);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static PublicKey ed25519(byte[] octets) throws GeneralSecurityException, DkimFault {
    if (octets.length != 32) { // RFC 8463 section 4
      throw DkimFault.permanent("an Ed25519 key has 32 octets");
    }
    return KeyFactory.getInstance("Ed25519")
        .generatePublic(new X509EncodedKeySpec(joined(ED25519_PREFIX, octets)));
  }

  /** Why it must not be relied on, however the signature fits. */
  Optional<String> weakness() {
    if (key instanceof RSAPublicKey rsa) {
      int bits = rsa.getModulus().bitLength();
      if (bits < MIN_BITS) {
        return Optional.of("a key of " + bits + " bits is too weak");
      }
      if (bits > MAX_BITS || rsa.getPublicExponent().bitLength() > MAX_EXPONENT_BITS) {
        return Optional.of("the key is too large");
      }
    }
    return Optional.empty();
  }

  /** Whether a signature is by this key. */
  boolean fits(Algorithm algorithm, byte[] signed, byte[] signature) {
    try {
      Signature check =
          Signature.getInstance(algorithm == Algorithm.RSA_SHA256 ? "SHA256withRSA" : "Ed25519");
      check.initVerify(key);
      // RFC 8463 section 3: it is the hash that Ed25519 signs
      check.update(algorithm == Algorithm.RSA_SHA256 ? signed : Digests.sha256().digest(signed));
      return check.verify(signature);
    } catch (GeneralSecurityException malformed) {
      return false;
    }
  }
}

package skypost.local.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;

/**
 * A domain that signs mail for benchmarks (RFC 6376, RFC 8463). The messages are made so that both
 * canonical forms are what is there.
 *
 * @param algorithm of the field, such as {@code rsa-sha256}
 */
record SignedMail(String domain, String selector, String algorithm, KeyPair keys) {
  private static final int ED25519_OCTETS = 32;

  static SignedMail rsa(String domain, String selector) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    return new SignedMail(domain, selector, "rsa-sha256", generator.generateKeyPair());
  }

  static SignedMail ed25519(String domain, String selector) throws GeneralSecurityException {
    KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    return new SignedMail(domain, selector, "ed25519-sha256", keys);
  }

  /** A message of about so many octets. */
  static String unsigned(int size) {
    String header =
        "from:Joe <joe@far.example>\r\nto:ann@bench.test\r\nsubject:for the bench\r\n"
            + "message-id:<1@far.example>\r\n";
    String line = "Some words of plain text, seventy-two octets of them with the line's end\r\n";
    return header + "\r\n" + line.repeat(Math.max(1, (size - header.length()) / line.length()));
  }

  String keyName() {
    return selector + "._domainkey." + domain;
  }

  /** As a zone file has it, in strings of less than 256 octets. */
  String keyRecord() {
    byte[] encoded = keys.getPublic().getEncoded();
    byte[] key =
        algorithm.startsWith("rsa")
            ? encoded
            : Arrays.copyOfRange(encoded, encoded.length - ED25519_OCTETS, encoded.length);
    String type = algorithm.substring(0, algorithm.indexOf('-'));
    String record = "v=DKIM1; k=" + type + "; p=" + Base64.getEncoder().encodeToString(key);
    return "\"" + record.replaceAll("(.{200})", "$1\" \"") + "\"";
  }

  /** The message with a signature more on top. */
  String sign(String message) throws GeneralSecurityException {
    int bodyStart = message.indexOf("\r\n\r\n") + 4;
    byte[] body = message.substring(bodyStart).getBytes(US_ASCII);
    String hash =
        Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(body));
    String field =
        "dkim-signature:v=1; a=%s; c=relaxed/relaxed; d=%s; s=%s; h=from:to:subject; bh=%s; b="
            .formatted(algorithm, domain, selector, hash);
    int from = message.startsWith("from:") ? 0 : message.indexOf("\r\nfrom:") + 2;
    String signed = message.substring(from, message.indexOf("message-id:"));
    byte[] octets = (signed + field).getBytes(US_ASCII);
    return field + Base64.getEncoder().encodeToString(signature(octets)) + "\r\n" + message;
  }

  private byte[] signature(byte[] octets) throws GeneralSecurityException {
    boolean rsa = algorithm.startsWith("rsa");
    Signature signer = Signature.getInstance(rsa ? "SHA256withRSA" : "Ed25519");
    signer.initSign(keys.getPrivate());
    // RFC 8463 section 3: Ed25519 signs the hash
    signer.update(rsa ? octets : MessageDigest.getInstance("SHA-256").digest(octets));
    return signer.sign();
  }
}

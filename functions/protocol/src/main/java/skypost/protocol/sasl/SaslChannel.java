package skypost.protocol.sasl;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What an exchange must know of the connection that it runs over.
 *
 * @param tlsExporter the channel binding {@code tls-exporter} (RFC 9266); empty where there is none
 *     and so none is offered
 * @param nonces each asked-for text is new and cannot be guessed; printable ASCII without commas
 */
public record SaslChannel(Optional<byte[]> tlsExporter, Supplier<String> nonces) {
  private static final int NONCE_OCTETS = 18; // 144 bits; RFC 5802 section 5.1 leaves it to us
  private static final SecureRandom RANDOM = new SecureRandom();

  /** A channel with nonces by chance. */
  public static SaslChannel of(Optional<byte[]> tlsExporter) {
    return new SaslChannel(tlsExporter, SaslChannel::nonce);
  }

  private static String nonce() {
    byte[] chance = new byte[NONCE_OCTETS];
    RANDOM.nextBytes(chance);
    return Base64.getEncoder().encodeToString(chance);
  }
}

package skypost.protocol.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * The mechanisms, and one exchange of each.
 *
 * <pre>{@code
 * SaslStep step = Sasl.PLAIN.begin().step(initialResponse);
 * }</pre>
 */
public enum Sasl {
  /** RFC 4616. */
  PLAIN {
    @Override
    public SaslExchange begin() {
      return new PlainExchange();
    }
  },
  /** draft-murchison-sasl-login: obsolete, and still what many clients speak. */
  LOGIN {
    @Override
    public SaslExchange begin() {
      return new LoginExchange.Start();
    }
  };

  /** A new exchange in its first state. */
  public abstract SaslExchange begin();

  /** The mechanism of that name in any case (RFC 4422 section 3.1). */
  public static Optional<Sasl> named(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    for (Sasl mechanism : values()) {
      if (mechanism.name().equals(upper)) {
        return Optional.of(mechanism);
      }
    }
    return Optional.empty();
  }

  /**
   * Decodes a client's line; a lone {@code =} is an empty initial response (RFC 4954 section 4).
   * Empty when it is not base64.
   */
  public static Optional<byte[]> decode(String base64) {
    if (base64.equals("=")) {
      return Optional.of(new byte[0]);
    }
    try {
      return Optional.of(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  /** Encodes a challenge. */
  public static String encode(byte[] challenge) {
    return Base64.getEncoder().encodeToString(challenge);
  }

  /** UTF-8 without repair: a replaced character would compare equal to what was never sent. */
  static Optional<String> utf8(byte[] bytes, int from, int to) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, from, to - from))
              .toString());
    } catch (CharacterCodingException malformed) {
      return Optional.empty();
    }
  }
}

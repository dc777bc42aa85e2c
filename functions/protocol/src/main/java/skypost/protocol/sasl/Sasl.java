package skypost.protocol.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The mechanisms, best first, and one exchange of each.
 *
 * <pre>{@code
 * SaslStep step = Sasl.PLAIN.begin(channel).step(initialResponse);
 * }</pre>
 */
public enum Sasl {
  /** RFC 7677, bound to the TLS connection by RFC 9266. */
  SCRAM_SHA_256_PLUS("SCRAM-SHA-256-PLUS") {
    @Override
    public SaslExchange begin(SaslChannel channel) {
      return new ScramExchange.Start(true, channel);
    }
  },
  /** RFC 7677. */
  SCRAM_SHA_256("SCRAM-SHA-256") {
    @Override
    public SaslExchange begin(SaslChannel channel) {
      return new ScramExchange.Start(false, channel);
    }
  },
  /** RFC 7628; where somebody issues tokens, and under TLS alone. */
  OAUTHBEARER("OAUTHBEARER") {
    @Override
    public SaslExchange begin(SaslChannel channel) {
      return new BearerExchange.Start();
    }
  },
  /** RFC 4616. */
  PLAIN("PLAIN") {
    @Override
    public SaslExchange begin(SaslChannel channel) {
      return new PlainExchange();
    }
  },
  /** draft-murchison-sasl-login: obsolete, and still what many clients speak. */
  LOGIN("LOGIN") {
    @Override
    public SaslExchange begin(SaslChannel channel) {
      return new LoginExchange.Start();
    }
  };

  private final String registered;

  Sasl(String registered) {
    this.registered = registered;
  }

  /** The name that is said on the wire. */
  public String mechanism() {
    return registered;
  }

  /**
   * The names of what may be used, best first.
   *
   * @param bindable whether the connection has a channel binding
   * @param tokens whether bearer tokens can be checked and may be sent over the connection
   */
  public static List<String> offered(boolean bindable, boolean tokens) {
    return Stream.of(values())
        .filter(mechanism -> bindable || mechanism != SCRAM_SHA_256_PLUS)
        .filter(mechanism -> tokens || mechanism != OAUTHBEARER)
        .map(Sasl::mechanism)
        .toList();
  }

  /** A new exchange in its first state. */
  public abstract SaslExchange begin(SaslChannel channel);

  /** The mechanism of that name in any case (RFC 4422 section 3.1). */
  public static Optional<Sasl> named(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    for (Sasl mechanism : values()) {
      if (mechanism.registered.equals(upper)) {
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

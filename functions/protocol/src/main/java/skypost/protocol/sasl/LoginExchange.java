package skypost.protocol.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * LOGIN (draft-murchison-sasl-login-00 section 2): the name, then the password; the name may come
 * first by itself.
 */
sealed interface LoginExchange extends SaslExchange {
  /** Nothing said yet. */
  record Start() implements LoginExchange {
    @Override
    public SaslStep step(Optional<byte[]> response) {
      return response.isEmpty()
          ? ask("Username:", new AwaitsName())
          : new AwaitsName().step(response);
    }
  }

  /** Asked for the name. */
  record AwaitsName() implements LoginExchange {
    @Override
    public SaslStep step(Optional<byte[]> response) {
      return text(response)
          .map(username -> ask("Password:", new AwaitsPassword(username)))
          .orElseGet(() -> new SaslStep.Refused("no user name"));
    }
  }

  /** Asked for the password. */
  record AwaitsPassword(String username) implements LoginExchange {
    @Override
    public SaslStep step(Optional<byte[]> response) {
      return text(response)
          .<SaslStep>map(password -> new SaslStep.CheckPassword(username, password))
          .orElseGet(() -> new SaslStep.Refused("no password"));
    }
  }

  private static SaslStep ask(String prompt, SaslExchange next) {
    return new SaslStep.Challenge(prompt.getBytes(StandardCharsets.US_ASCII), next);
  }

  private static Optional<String> text(Optional<byte[]> response) {
    return response
        .flatMap(octets -> Sasl.utf8(octets, 0, octets.length))
        .filter(text -> !text.isEmpty());
  }
}

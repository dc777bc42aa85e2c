package skypost.protocol.sasl;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Optional;

/** OAUTHBEARER (RFC 7628), the server's side. Whether the token is good is asked of the caller. */
sealed interface BearerExchange extends SaslExchange {
  /** Nothing said yet. */
  record Start() implements BearerExchange {
    @Override
    public SaslStep step(Optional<byte[]> response) {
      if (response.isEmpty()) {
        return new SaslStep.Challenge(new byte[0], this);
      }
      return BearerResponse.parse(response.get())
          .<SaslStep>map(said -> new SaslStep.CheckToken(said.authzid(), said.token()))
          .orElseGet(() -> new SaslStep.Refused("not one bearer token"));
    }
  }

  /** The client was told that its token is good for nothing, and says that it has understood. */
  record AwaitsEnd() implements BearerExchange {
    /** RFC 7628 section 3.2.2; no scope and no place to get a token: clients know theirs. */
    static final SaslStep.Challenge INVALID_TOKEN =
        new SaslStep.Challenge(
            "{\"status\":\"invalid_token\"}".getBytes(US_ASCII), new AwaitsEnd());

    @Override
    public SaslStep step(Optional<byte[]> response) {
      return new SaslStep.Refused("token"); // RFC 7628 section 3.2.3: whatever it says
    }
  }
}

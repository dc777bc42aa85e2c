package skypost.protocol.sasl;

import java.util.Optional;

/** What an exchange wants next. */
public sealed interface SaslStep {
  /**
   * Say this to the client and hand its answer to {@code next}.
   *
   * @param octets not yet in base64
   * @param next the state that takes the answer
   */
  record Challenge(byte[] octets, SaslExchange next) implements SaslStep {}

  /**
   * Ask whether this password is right; the answer ends the exchange.
   *
   * @param username as the client gave it
   * @param password as the client gave it; never to be logged
   */
  record CheckPassword(String username, String password) implements SaslStep {
    @Override
    public String toString() {
      return "CheckPassword[" + username + "]"; // no secrets in logs
    }
  }

  /**
   * Ask for the salt of this user, or for one made up where there is no such user, and go on with
   * {@code next}.
   *
   * @param username as the client gave it
   */
  record FindSalt(String username, ScramExchange.AwaitsSalt next) implements SaslStep {
    /** The step with that salt. */
    public SaslStep salted(ScramSalt salt) {
      return next.salted(salt);
    }
  }

  /**
   * Ask whether this proof is right; a wrong one ends the exchange, after a right one go on with
   * {@code next}.
   */
  record CheckProof(ScramProof proof, ScramExchange.AwaitsVerdict next) implements SaslStep {
    /** The step after a proof that was right. */
    public SaslStep proven(String serverSignature) {
      return next.proven(serverSignature);
    }
  }

  /**
   * Ask whether this bearer token is right. A right one ends the exchange; after a wrong one the
   * client is told {@link #refused}.
   *
   * @param authzid whom the client wants to act as; empty when it leaves that to the token
   * @param token as the client gave it; never to be logged
   */
  record CheckToken(Optional<String> authzid, String token) implements SaslStep {
    /** What a client is told whose token is wrong; whatever it answers ends in a refusal. */
    public Challenge refused() {
      return BearerExchange.AwaitsEnd.INVALID_TOKEN;
    }

    @Override
    public String toString() {
      return "CheckToken" + authzid; // no secrets in logs
    }
  }

  /** Who proved to know the password has seen that we know it too. */
  record Proven() implements SaslStep {}

  /**
   * The client does not speak the mechanism rightly, or asks for what nobody is granted.
   *
   * @param why for the log
   */
  record Refused(String why) implements SaslStep {}
}

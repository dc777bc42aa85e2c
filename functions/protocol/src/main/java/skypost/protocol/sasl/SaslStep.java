package skypost.protocol.sasl;

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
   * The client does not speak the mechanism rightly, or asks for what nobody is granted.
   *
   * @param why for the log
   */
  record Refused(String why) implements SaslStep {}
}

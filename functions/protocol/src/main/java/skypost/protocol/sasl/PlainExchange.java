package skypost.protocol.sasl;

import java.util.Optional;

/** PLAIN (RFC 4616 section 2): {@code [authzid] NUL authcid NUL passwd}. */
record PlainExchange() implements SaslExchange {
  private static final int MAX_PART = 255; // RFC 4616 section 2 speaks of up to 255 octets for each

  @Override
  public SaslStep step(Optional<byte[]> response) {
    if (response.isEmpty()) {
      return new SaslStep.Challenge(new byte[0], this);
    }
    byte[] message = response.get();
    int first = indexOfNul(message, 0);
    int second = first < 0 ? -1 : indexOfNul(message, first + 1);
    if (second < 0 || indexOfNul(message, second + 1) >= 0) {
      return new SaslStep.Refused("not two NULs");
    }
    var authzid = Sasl.utf8(message, 0, first);
    var username = Sasl.utf8(message, first + 1, second);
    var password = Sasl.utf8(message, second + 1, message.length);
    if (authzid.isEmpty() || username.isEmpty() || password.isEmpty()) {
      return new SaslStep.Refused("not UTF-8");
    }
    if (username.get().isEmpty() || password.get().isEmpty() || message.length > 3 * MAX_PART + 2) {
      return new SaslStep.Refused("empty or overlong");
    }
    if (!authzid.get().isEmpty() && !authzid.get().equals(username.get())) {
      return new SaslStep.Refused("acting for another"); // RFC 4616 section 2: nobody may here
    }
    return new SaslStep.CheckPassword(username.get(), password.get());
  }

  private static int indexOfNul(byte[] message, int from) {
    for (int i = from; i < message.length; i++) {
      if (message[i] == 0) {
        return i;
      }
    }
    return -1;
  }
}

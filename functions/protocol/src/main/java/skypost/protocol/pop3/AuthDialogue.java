package skypost.protocol.pop3;

import java.io.EOFException;
import java.io.IOException;
import java.util.Optional;
import skypost.protocol.net.Line;
import skypost.protocol.net.Wire;
import skypost.protocol.sasl.Sasl;
import skypost.protocol.sasl.SaslStep;

/** What is said after AUTH: challenges and responses in base64 (RFC 5034 section 4). */
final class AuthDialogue {
  /**
   * Octets of a response with its CRLF: far beyond what the mechanisms need, and RFC 4954 section 4
   * wants as much.
   */
  static final int MAX_LINE = 12_288;

  /** What came of it. */
  sealed interface Outcome {
    /** The client has named itself; whether the password is right is still to be asked. */
    record Named(String username, String password) implements Outcome {
      @Override
      public String toString() {
        return "Named[" + username + "]"; // no secrets in logs
      }
    }

    /** The client was understood and may not come in. */
    record Refused() implements Outcome {}

    /** The client gave up or was not understood. */
    record Failed(Pop3Reply reply) implements Outcome {}
  }

  private static final Outcome NOT_BASE64 = new Outcome.Failed(Pop3Reply.err("not base64"));

  private AuthDialogue() {}

  static Outcome run(Wire wire, Sasl mechanism, Optional<String> initial) throws IOException {
    Optional<byte[]> response = initial.flatMap(Sasl::decode);
    if (initial.isPresent() && response.isEmpty()) {
      return NOT_BASE64;
    }
    SaslStep step = mechanism.begin().step(response);
    while (step instanceof SaslStep.Challenge challenge) {
      wire.write("+ " + Sasl.encode(challenge.octets()) + "\r\n");
      Line line = wire.readLine(MAX_LINE);
      if (!(line instanceof Line.Text text)) {
        return interrupted(line);
      }
      if (text.latin1().equals("*")) {
        return new Outcome.Failed(Pop3Reply.err("authentication cancelled")); // RFC 5034 section 4
      }
      response = Sasl.decode(text.latin1());
      if (response.isEmpty()) {
        return NOT_BASE64;
      }
      step = challenge.next().step(response);
    }
    return step instanceof SaslStep.CheckPassword check
        ? new Outcome.Named(check.username(), check.password())
        : new Outcome.Refused();
  }

  private static Outcome interrupted(Line line) throws IOException {
    if (line instanceof Line.TooLong(boolean endless) && !endless) {
      return new Outcome.Failed(Pop3Reply.err("response too long"));
    }
    throw new EOFException(
        "the authentication was broken off"); // nothing is open yet that would want a farewell
  }
}

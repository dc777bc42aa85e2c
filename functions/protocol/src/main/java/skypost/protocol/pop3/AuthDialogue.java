package skypost.protocol.pop3;

import java.io.EOFException;
import java.io.IOException;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.net.Line;
import skypost.protocol.net.Wire;
import skypost.protocol.sasl.Sasl;
import skypost.protocol.sasl.SaslChannel;
import skypost.protocol.sasl.SaslStep;
import skypost.protocol.sasl.ScramLogin;

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

    /** The client has proved to know this user's password. */
    record Proven(EmailAddress user) implements Outcome {}

    /**
     * The client was understood and may not come in.
     *
     * @param username where the client gave one
     */
    record Refused(String username) implements Outcome {}

    /** Nobody can tell now whether it may come in. */
    record Unknown(String username, Exception fault) implements Outcome {}

    /** The client gave up or was not understood. */
    record Failed(Pop3Reply reply) implements Outcome {}
  }

  private static final Outcome NOT_BASE64 = new Outcome.Failed(Pop3Reply.err(Phrase.NOT_BASE64));

  private final Wire wire;
  private final Pop3Logins logins;

  AuthDialogue(Wire wire, Pop3Logins logins) {
    this.wire = wire;
    this.logins = logins;
  }

  Outcome run(Sasl mechanism, Optional<String> initial) throws IOException {
    Optional<byte[]> response = initial.flatMap(Sasl::decode);
    if (initial.isPresent() && response.isEmpty()) {
      return NOT_BASE64;
    }
    SaslStep step = mechanism.begin(SaslChannel.of(wire.tlsExporter())).step(response);
    Optional<String> asked = Optional.empty(); // whom the logins were asked about
    Optional<EmailAddress> proven = Optional.empty();
    while (true) {
      switch (step) {
        case SaslStep.Challenge challenge -> {
          switch (ask(challenge)) {
            case Response(byte[] octets) -> step = challenge.next().step(Optional.of(octets));
            case NoResponse(Outcome outcome) -> {
              return brokenOff(asked, outcome);
            }
          }
        }
        case SaslStep.FindSalt find -> {
          asked = Optional.of(find.username());
          try {
            step = find.salted(logins.scramSalt(wire.remoteAddress(), find.username()));
          } catch (IOException | RuntimeException fault) {
            return new Outcome.Unknown(find.username(), fault);
          }
        }
        case SaslStep.CheckProof check -> {
          String username = check.proof().username();
          try {
            Optional<ScramLogin> login = logins.scramLogin(wire.remoteAddress(), check.proof());
            if (login.isEmpty()) {
              return new Outcome.Refused(username);
            }
            proven = login.map(ScramLogin::user);
            step = check.proven(login.get().serverSignature());
          } catch (IOException | RuntimeException fault) {
            return new Outcome.Unknown(username, fault);
          }
        }
        case SaslStep.CheckPassword check -> {
          return new Outcome.Named(check.username(), check.password());
        }
        case SaslStep.CheckToken check -> {
          return check(check);
        }
        case SaslStep.Proven() -> {
          return new Outcome.Proven(proven.orElseThrow());
        }
        case SaslStep.Refused refused -> {
          return new Outcome.Refused("");
        }
      }
    }
  }

  /** Whoever makes us ask and then gives up counts as one who guesses: each question costs. */
  private static Outcome brokenOff(Optional<String> asked, Outcome outcome) {
    return asked.isPresent() && outcome instanceof Outcome.Failed
        ? new Outcome.Refused(asked.get())
        : outcome;
  }

  private Outcome check(SaslStep.CheckToken check) throws IOException {
    String username = check.authzid().orElse("");
    try {
      var user = logins.tokenLogin(wire.remoteAddress(), check.authzid(), check.token());
      if (user.isPresent()) {
        return new Outcome.Proven(user.get());
      }
    } catch (IOException | RuntimeException fault) {
      return new Outcome.Unknown(username, fault);
    }
    ask(check.refused()); // RFC 7628 section 3.2.3: whatever it says
    return new Outcome.Refused(username);
  }

  /** What a challenge was answered with. */
  private sealed interface Answer {}

  private record Response(byte[] octets) implements Answer {}

  private record NoResponse(Outcome outcome) implements Answer {}

  private Answer ask(SaslStep.Challenge challenge) throws IOException {
    wire.write("+ " + Sasl.encode(challenge.octets()) + "\r\n");
    Line line = wire.readLine(MAX_LINE);
    if (!(line instanceof Line.Text text)) {
      return new NoResponse(interrupted(line));
    }
    if (text.latin1().equals("*")) { // RFC 5034 section 4
      return new NoResponse(new Outcome.Failed(Pop3Reply.err(Phrase.CANCELLED)));
    }
    return Sasl.decode(text.latin1())
        .<Answer>map(Response::new)
        .orElseGet(() -> new NoResponse(NOT_BASE64));
  }

  private static Outcome interrupted(Line line) throws IOException {
    if (line instanceof Line.TooLong(boolean endless) && !endless) {
      return new Outcome.Failed(Pop3Reply.err(Phrase.RESPONSE_TOO_LONG));
    }
    throw new EOFException(
        "the authentication was broken off"); // nothing is open yet that would want a farewell
  }
}

package skypost.protocol.smtp;

import java.io.IOException;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;
import skypost.protocol.net.Line;
import skypost.protocol.net.Wire;
import skypost.protocol.sasl.Sasl;
import skypost.protocol.sasl.SaslChannel;
import skypost.protocol.sasl.SaslStep;
import skypost.protocol.sasl.ScramLogin;

/**
 * The exchange that AUTH begins (RFC 4954 section 4): challenges, responses, and the question to
 * the gate.
 */
final class AuthDialogue {
  private static final SmtpReply INVALID =
      SmtpReply.of(535, 7, 8, "Authentication credentials invalid");
  private static final SmtpReply LATER =
      SmtpReply.of(454, 7, 0, "Temporary authentication failure");
  private static final SmtpReply NOT_BASE64 = SmtpReply.of(501, 5, 2, "Cannot decode the response");
  private static final SmtpReply CANCELLED = SmtpReply.of(501, 7, 0, "Authentication cancelled");
  private static final SmtpReply LINE_TOO_LONG =
      SmtpReply.of(500, 5, 6, "Authentication exchange line is too long");

  /** How it ended. */
  sealed interface Result {}

  record LoggedIn(EmailAddress user) implements Result {}

  /** Somebody may be guessing: counted. */
  record Failed(SmtpReply reply) implements Result {}

  /** Not spoken rightly, cancelled, or nobody could be asked. */
  record Broken(SmtpReply reply) implements Result {}

  /** The connection is no longer worth anything. */
  record Over(Line line) implements Result {}

  private final Wire wire;
  private final SmtpGate gate;
  private final SmtpClient client;

  AuthDialogue(Wire wire, SmtpGate gate, SmtpClient client) {
    this.wire = wire;
    this.gate = gate;
    this.client = client;
  }

  Result run(SmtpAction.Authenticate authenticate) throws IOException {
    Optional<byte[]> initial = authenticate.initial().flatMap(Sasl::decode);
    if (authenticate.initial().isPresent() && initial.isEmpty()) {
      return new Broken(NOT_BASE64);
    }
    Sasl mechanism = authenticate.mechanism();
    SaslStep step = mechanism.begin(SaslChannel.of(wire.tlsExporter())).step(initial);
    Optional<String> asked = Optional.empty(); // whom the gate was asked about
    Optional<EmailAddress> proven = Optional.empty();
    while (true) {
      switch (step) {
        case SaslStep.Challenge challenge -> {
          switch (ask(challenge)) {
            case Response(byte[] octets) -> step = challenge.next().step(Optional.of(octets));
            case NoResponse(Result result) -> {
              return brokenOff(asked, result);
            }
          }
        }
        case SaslStep.FindSalt find -> {
          asked = Optional.of(find.username());
          try {
            step = find.salted(gate.scramSalt(client, find.username()));
          } catch (IOException | RuntimeException fault) {
            return later(fault);
          }
        }
        case SaslStep.CheckProof check -> {
          try {
            Optional<ScramLogin> login = gate.scramLogin(client, check.proof());
            if (login.isEmpty()) {
              return refused(check.proof().username(), "wrong");
            }
            proven = login.map(ScramLogin::user);
            step = check.proven(login.get().serverSignature());
          } catch (IOException | RuntimeException fault) {
            return later(fault);
          }
        }
        case SaslStep.CheckPassword check -> {
          return check(check);
        }
        case SaslStep.CheckToken check -> {
          return check(check);
        }
        case SaslStep.Proven() -> {
          return new LoggedIn(proven.orElseThrow());
        }
        case SaslStep.Refused(String why) -> {
          return refused("", why);
        }
      }
    }
  }

  /** What a challenge was answered with. */
  private sealed interface Answer {}

  private record Response(byte[] octets) implements Answer {}

  private record NoResponse(Result result) implements Answer {}

  private Answer ask(SaslStep.Challenge challenge) throws IOException {
    wire.write("334 " + Sasl.encode(challenge.octets()) + "\r\n");
    Line line = wire.readLine(SmtpParser.MAX_AUTH_LINE);
    if (line instanceof Line.TooLong(boolean endless) && !endless) {
      return new NoResponse(new Broken(LINE_TOO_LONG));
    }
    if (!(line instanceof Line.Text text)) {
      return new NoResponse(new Over(line));
    }
    if (text.latin1().equals("*")) {
      return new NoResponse(new Broken(CANCELLED)); // RFC 4954 section 4
    }
    return Sasl.decode(text.latin1())
        .<Answer>map(Response::new)
        .orElseGet(() -> new NoResponse(new Broken(NOT_BASE64)));
  }

  private Result check(SaslStep.CheckPassword check) {
    try {
      Optional<EmailAddress> user = gate.login(client, check.username(), check.password());
      return user.<Result>map(LoggedIn::new).orElseGet(() -> refused(check.username(), "wrong"));
    } catch (IOException | RuntimeException fault) {
      return later(fault);
    }
  }

  private Result check(SaslStep.CheckToken check) throws IOException {
    try {
      Optional<EmailAddress> user = gate.tokenLogin(client, check.authzid(), check.token());
      if (user.isPresent()) {
        return new LoggedIn(user.get());
      }
    } catch (IOException | RuntimeException fault) {
      return later(fault);
    }
    // RFC 7628 section 3.2.3: the client answers with nothing of worth; a cancel is a refusal, too
    return ask(check.refused()) instanceof NoResponse(Over over)
        ? over
        : refused(check.authzid().orElse(""), "token");
  }

  /** Nobody can tell now: never a yes, and never a no. */
  private Result later(Exception fault) {
    EventLog.error("gate").with("client", client.peer().address()).cause(fault).write();
    return new Broken(LATER);
  }

  /** Whoever makes us ask and then gives up counts as one who guesses: each question costs. */
  private Result brokenOff(Optional<String> asked, Result result) {
    return asked.isPresent() && result instanceof Broken(SmtpReply reply)
        ? refused(asked.get(), "broken off", reply)
        : result;
  }

  private Result refused(String username, String why) {
    return refused(username, why, INVALID);
  }

  private Result refused(String username, String why, SmtpReply reply) {
    EventLog.info("auth")
        .with("client", client.peer().address())
        .with("user", username)
        .with("refused", why)
        .write();
    return new Failed(reply);
  }
}

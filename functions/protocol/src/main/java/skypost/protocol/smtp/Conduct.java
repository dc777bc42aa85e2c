package skypost.protocol.smtp;

import java.util.Optional;
import skypost.protocol.net.Refusal;

/** How a peer has behaved in one session, and when that is enough. Each call counts one thing. */
final class Conduct {
  private static final Enough TOO_MANY_ERRORS =
      new Enough(Refusal.TOO_MANY_ERRORS, SmtpReply.of(421, 7, 0, "Too many errors"));
  private static final Enough TOO_MANY_COMMANDS =
      new Enough(
          Refusal.TOO_MANY_COMMANDS,
          SmtpReply.of(421, 7, 0, "Too many commands without a message"));
  private static final Enough TOO_MANY_MAILS =
      new Enough(
          Refusal.TOO_MANY_TRANSACTIONS,
          SmtpReply.of(421, 7, 0, "Too many transactions in one session"));

  // A message to a thousand that is greylisted may hear of each of them.
  private static final int DEFERRALS_PER_REFUSAL = 20;

  /** Why a session ends, and what the peer is told. */
  record Enough(Refusal why, SmtpReply reply) {}

  private final SmtpLimits limits;
  private int errors;
  private int refusals;
  private int deferrals;
  private int loginFailures;
  private int transactions;
  private int junk;

  Conduct(SmtpLimits limits) {
    this.limits = limits;
  }

  /** A well-formed command; what to end the session with instead of obeying it. */
  Optional<Enough> command(SmtpCommand command) {
    if (isJunk(command) && ++junk > limits.junk()) {
      return Optional.of(TOO_MANY_COMMANDS);
    }
    boolean tooMany = command instanceof SmtpCommand.Mail && ++transactions > limits.transactions();
    return tooMany ? Optional.of(TOO_MANY_MAILS) : Optional.empty(); // RFC 9422 section 4.1
  }

  /** What keeps a connection without getting anywhere. */
  private static boolean isJunk(SmtpCommand command) {
    return command instanceof SmtpCommand.Noop
        || command instanceof SmtpCommand.Rset
        || command instanceof SmtpCommand.Vrfy
        || command instanceof SmtpCommand.Help
        || command instanceof SmtpCommand.Ehlo
        || command instanceof SmtpCommand.Helo;
  }

  /** A message was taken. */
  void message() {
    junk = 0;
  }

  /** A command was malformed, misplaced or refused. */
  Optional<Enough> error() {
    return ++errors > limits.errors() ? Optional.of(TOO_MANY_ERRORS) : Optional.empty();
  }

  /** A recipient was refused, for good or for now; each costs us a question. */
  Optional<Enough> refusal(boolean forGood) {
    boolean tooMany =
        forGood
            ? ++refusals > limits.refusals()
            : ++deferrals > DEFERRALS_PER_REFUSAL * limits.refusals();
    return tooMany ? Optional.of(TOO_MANY_ERRORS) : Optional.empty();
  }

  /** A login failed. */
  Optional<Enough> loginFailure() {
    return ++loginFailures >= limits.loginFailures()
        ? Optional.of(TOO_MANY_ERRORS)
        : Optional.empty();
  }
}

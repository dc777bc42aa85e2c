package skypost.mail.sieve.run;

import skypost.mail.sieve.grammar.Position;
import skypost.mail.sieve.grammar.ScriptError;

/** Ends a run: the script asked for what cannot be done. It never leaves the interpreter. */
final class RunException extends RuntimeException {
  private final transient ScriptError error;

  RunException(Position at, String message) {
    super(message, null, false, false); // the script's fault, not ours: no stack trace
    this.error = new ScriptError(at, message);
  }

  ScriptError error() {
    return error;
  }
}

package skypost.mail.sieve.grammar;

/** Carries an error out of the depth of a script; it never leaves the compiler. */
public final class ScriptException extends RuntimeException {
  private final transient ScriptError error;

  public ScriptException(Position at, String message) {
    super(message, null, false, false); // a script's mistake is no fault of ours: no stack trace
    this.error = new ScriptError(at, message);
  }

  public ScriptError error() {
    return error;
  }
}

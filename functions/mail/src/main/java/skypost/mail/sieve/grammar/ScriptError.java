package skypost.mail.sieve.grammar;

/**
 * What is wrong with a script, as its author is told.
 *
 * @param at where
 * @param message one line
 */
public record ScriptError(Position at, String message) {
  @Override
  public String toString() {
    return at + ": " + message;
  }
}

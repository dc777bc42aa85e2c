package skypost.mail.sieve.match;

/** A pattern that is no regular expression, or none that we take; the message is one line. */
public final class RegexException extends Exception {
  RegexException(String message) {
    super(message, null, false, false);
  }
}

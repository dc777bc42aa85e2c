package skypost.mail.sieve.run;

import java.time.Duration;

/** How far a script may go; beyond it the run ends, and the message is kept. */
final class Limits {
  /** Half a second's work on a slow machine. */
  static final long STEPS = 50_000_000;

  static final int ACTIONS = 50;

  /** One message must not become many. */
  static final int REDIRECTS = 10;

  /** RFC 5229 section 6 asks for at least 128. */
  static final int VARIABLES = 256;

  /** Characters; RFC 5229 section 6 asks for at least 4000. What is longer is cut. */
  static final int VARIABLE_LENGTH = 16 * 1024;

  /** Characters of a string with its variables put in; what is longer is cut. */
  static final int TEXT_LENGTH = 128 * 1024;

  /** Characters of header fields that a script may add. */
  static final int ADDED_HEADER = 64 * 1024;

  /** Received fields of a message that is redirected no more (RFC 5321 section 6.3). */
  static final int HOPS = 50;

  /** RFC 5230 section 4.1 and RFC 6131: between two replies to one sender. */
  static final Duration VACATION_SHORTEST = Duration.ofMinutes(1);

  static final Duration VACATION_USUAL = Duration.ofDays(7);
  static final Duration VACATION_LONGEST = Duration.ofDays(90);

  /** RFC 7352 section 3. */
  static final Duration DUPLICATE_USUAL = Duration.ofDays(7);

  static final Duration DUPLICATE_LONGEST = Duration.ofDays(90);

  private Limits() {}
}

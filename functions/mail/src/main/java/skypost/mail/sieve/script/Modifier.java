package skypost.mail.sieve.script;

/** What {@code set} does to a value (RFC 5229 section 4.1), higher precedence first. */
public enum Modifier {
  LOWER(40),
  UPPER(40),
  LOWERFIRST(30),
  UPPERFIRST(30),
  QUOTEWILDCARD(20),
  /** draft-ietf-sieve-regex. */
  QUOTEREGEX(20),
  LENGTH(10);

  private final int precedence;

  Modifier(int precedence) {
    this.precedence = precedence;
  }

  /** Two of the same precedence must not stand together. */
  public int precedence() {
    return precedence;
  }
}

package skypost.mail.sieve.grammar;

/** A token (RFC 5228 section 8.1). */
sealed interface Token {
  Position at();

  /** As an author is told what was found. */
  String shown();

  record Identifier(Position at, String name) implements Token {
    @Override
    public String shown() {
      return "'" + name + "'";
    }
  }

  /** Its name is in lower case and without the colon. */
  record Tag(Position at, String name) implements Token {
    @Override
    public String shown() {
      return "tag ':" + name + "'";
    }
  }

  record Number(Position at, long value) implements Token {
    @Override
    public String shown() {
      return "number " + value;
    }
  }

  record Text(Position at, String value) implements Token {
    @Override
    public String shown() {
      return "a string";
    }
  }

  /** One of {@code ( ) [ ] { } , ;}. */
  record Mark(Position at, char mark) implements Token {
    @Override
    public String shown() {
      return "'" + mark + "'";
    }
  }

  record End(Position at) implements Token {
    @Override
    public String shown() {
      return "the end of the script";
    }
  }
}

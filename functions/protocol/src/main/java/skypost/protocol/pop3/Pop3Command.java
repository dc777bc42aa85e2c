package skypost.protocol.pop3;

import java.util.Optional;

/** What a client may ask, read by {@link Pop3Parser}. */
public sealed interface Pop3Command {
  /** What works on a maildrop, so only after login (RFC 1939 section 5). */
  sealed interface OfTransaction extends Pop3Command {}

  /** What works on one message, so only with the exclusive right to the maildrop. */
  sealed interface OfMessage extends OfTransaction {
    /** Message number; not yet known to exist. */
    int number();
  }

  /** RFC 1939 section 7. */
  record User(String name) implements Pop3Command {}

  /** RFC 1939 section 7. */
  record Pass(String password) implements Pop3Command {
    @Override
    public String toString() {
      return "Pass[…]"; // no secrets in logs
    }
  }

  /**
   * RFC 5034 section 4.
   *
   * @param mechanism in upper case; empty for the older form that asks which there are
   * @param initial the initial response as sent, in base64 or {@code =}
   */
  record Auth(Optional<String> mechanism, Optional<String> initial) implements Pop3Command {
    @Override
    public String toString() {
      return "Auth[" + mechanism.orElse("") + "]";
    }
  }

  /** RFC 2595 section 4. */
  record Stls() implements Pop3Command {}

  /** RFC 2449 section 5. */
  record Capa() implements Pop3Command {}

  /** RFC 6856 section 2.1. */
  record Utf8() implements Pop3Command {}

  /**
   * RFC 6856 section 3.
   *
   * @param range of languages; empty to ask which there are
   */
  record Lang(Optional<String> range) implements Pop3Command {}

  /** RFC 1939 sections 4 and 6. */
  record Quit() implements Pop3Command {}

  /** RFC 1939 section 5. */
  record Stat() implements OfTransaction {}

  /** RFC 1939 section 5; without a number: all. */
  record List(Optional<Integer> number) implements OfTransaction {}

  /** RFC 1939 section 7; without a number: all. */
  record Uidl(Optional<Integer> number) implements OfTransaction {}

  /** RFC 1939 section 5. */
  record Retr(int number) implements OfMessage {}

  /**
   * RFC 1939 section 7.
   *
   * @param lines of the body, after the header
   */
  record Top(int number, int lines) implements OfMessage {}

  /** RFC 1939 section 5. */
  record Dele(int number) implements OfMessage {}

  /** RFC 1939 section 5. */
  record Rset() implements OfTransaction {}

  /** RFC 1939 section 5. */
  record Noop() implements OfTransaction {}
}

package skypost.protocol.pop3;

import java.util.Locale;
import java.util.Optional;
import skypost.protocol.pop3.Pop3Command.Auth;
import skypost.protocol.pop3.Pop3Command.Capa;
import skypost.protocol.pop3.Pop3Command.Dele;
import skypost.protocol.pop3.Pop3Command.Lang;
import skypost.protocol.pop3.Pop3Command.Noop;
import skypost.protocol.pop3.Pop3Command.Pass;
import skypost.protocol.pop3.Pop3Command.Quit;
import skypost.protocol.pop3.Pop3Command.Retr;
import skypost.protocol.pop3.Pop3Command.Rset;
import skypost.protocol.pop3.Pop3Command.Stat;
import skypost.protocol.pop3.Pop3Command.Stls;
import skypost.protocol.pop3.Pop3Command.Top;
import skypost.protocol.pop3.Pop3Command.Uidl;
import skypost.protocol.pop3.Pop3Command.User;
import skypost.protocol.pop3.Pop3Command.Utf8;

/** Reads command lines. Knows no state; nothing that a peer sends makes it throw. */
final class Pop3Parser {
  /** Octets of a command line with its CRLF. */
  static final int MAX_LINE = 255; // RFC 2449 section 4

  private Pop3Parser() {}

  /** What a line was. */
  sealed interface Parsed {
    /** A command of the protocol. */
    record Ok(Pop3Command command) implements Parsed {}

    /** None, and what to say to it. */
    record Bad(Pop3Reply reply) implements Parsed {}
  }

  /** Reads a line without its CRLF. */
  static Parsed parse(String line) {
    if (line.chars().anyMatch(c -> c < 32 || c == 127)) {
      return bad(Phrase.CONTROL_CHARACTERS);
    }
    int space = line.indexOf(' ');
    String keyword = keyword(space < 0 ? line : line.substring(0, space));
    String rest = space < 0 ? "" : line.substring(space + 1);
    return switch (keyword) {
      case "USER" -> rest.isBlank() ? bad(Phrase.NEEDS_NAME) : ok(new User(rest.strip()));
      // RFC 1939 section 7: spaces belong to the password
      case "PASS" -> rest.isEmpty() ? bad(Phrase.NEEDS_PASSWORD) : ok(new Pass(rest));
      case "AUTH" -> auth(rest.strip());
      case "LANG" -> lang(rest.strip());
      case "UTF8" -> alone(keyword, rest, new Utf8());
      case "CAPA" -> alone(keyword, rest, new Capa());
      case "STLS" -> alone(keyword, rest, new Stls());
      case "QUIT" -> alone(keyword, rest, new Quit());
      case "STAT" -> alone(keyword, rest, new Stat());
      case "RSET" -> alone(keyword, rest, new Rset());
      case "NOOP" -> alone(keyword, rest, new Noop());
      case "LIST" -> listing(keyword, rest.strip());
      case "UIDL" -> listing(keyword, rest.strip());
      case "RETR" ->
          number(rest.strip()).<Parsed>map(n -> ok(new Retr(n))).orElseGet(() -> noNumber(keyword));
      case "DELE" ->
          number(rest.strip()).<Parsed>map(n -> ok(new Dele(n))).orElseGet(() -> noNumber(keyword));
      case "TOP" -> top(rest.strip());
      default -> bad(Phrase.UNKNOWN_COMMAND);
    };
  }

  /** In upper case (RFC 1939 section 3: any case will do), and only ASCII: ß is not SS here. */
  private static String keyword(String word) {
    return word.chars().allMatch(c -> c < 128) ? word.toUpperCase(Locale.ROOT) : "";
  }

  private static Parsed alone(String keyword, String rest, Pop3Command command) {
    return rest.isBlank() ? ok(command) : bad(Phrase.NO_ARGUMENT, keyword);
  }

  private static Parsed listing(String keyword, String rest) {
    Optional<Integer> number = number(rest);
    if (number.isEmpty() && !rest.isEmpty()) {
      return noNumber(keyword);
    }
    return ok(keyword.equals("LIST") ? new Pop3Command.List(number) : new Uidl(number));
  }

  private static Parsed top(String rest) {
    String[] words = rest.split(" +");
    if (words.length != 2) {
      return bad(Phrase.TOP_NEEDS);
    }
    Optional<Integer> number = number(words[0]);
    Optional<Integer> lines = number(words[1]);
    return number.isPresent() && lines.isPresent()
        ? ok(new Top(number.get(), lines.get()))
        : noNumber("TOP");
  }

  private static Parsed lang(String rest) {
    if (rest.indexOf(' ') >= 0) {
      return bad(Phrase.LANG_NEEDS);
    }
    return ok(new Lang(Optional.of(rest).filter(tag -> !tag.isEmpty())));
  }

  private static Parsed auth(String rest) {
    if (rest.isEmpty()) {
      return ok(new Auth(Optional.empty(), Optional.empty()));
    }
    String[] words = rest.split(" +");
    if (words.length > 2) {
      return bad(Phrase.AUTH_NEEDS);
    }
    Optional<String> initial = words.length == 2 ? Optional.of(words[1]) : Optional.empty();
    return ok(new Auth(Optional.of(words[0].toUpperCase(Locale.ROOT)), initial));
  }

  /**
   * A decimal number; one beyond every maildrop becomes the largest int, so that it is "no such
   * message" later.
   */
  private static Optional<Integer> number(String digits) {
    if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.empty();
    }
    long value = 0;
    for (int i = 0; i < digits.length(); i++) {
      value = Math.min(Integer.MAX_VALUE, value * 10 + digits.charAt(i) - '0');
    }
    return Optional.of((int) value);
  }

  private static Parsed noNumber(String keyword) {
    return bad(Phrase.NEEDS_NUMBER, keyword);
  }

  private static Parsed ok(Pop3Command command) {
    return new Parsed.Ok(command);
  }

  private static Parsed bad(Phrase phrase, Object... values) {
    return new Parsed.Bad(Pop3Reply.err(phrase, values));
  }
}

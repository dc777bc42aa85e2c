package skypost.protocol.pop3;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A status line (RFC 1939 section 3), in no language yet.
 *
 * @param ok {@code +OK} or {@code -ERR}
 * @param code a response code (RFC 2449 section 8)
 * @param phrase what it says
 * @param values what the phrase is filled in with: numbers, keywords and names of ours
 */
record Pop3Reply(boolean ok, Optional<Code> code, Phrase phrase, List<String> values) {
  /** Octets of a status line with its CRLF (RFC 2449 section 4). */
  static final int MAX_LINE = 512;

  /** Response codes that we give (RFC 2449 section 8, RFC 3206, RFC 6856 section 5). */
  enum Code {
    /** Someone else has the maildrop. */
    IN_USE("IN-USE"),
    /** The credentials are wrong or may not be sent like this. */
    AUTH("AUTH"),
    /** A fault of ours that will pass. */
    SYS_TEMP("SYS/TEMP"),
    /** A fault of ours that somebody must repair. */
    SYS_PERM("SYS/PERM"),
    /** The message can only be had after UTF8. */
    UTF8("UTF8");

    private final String text;

    Code(String text) {
      this.text = text;
    }
  }

  Pop3Reply {
    values = List.copyOf(values);
    for (String value : values) {
      if (value.chars().anyMatch(c -> c < 32 || c > 126)) {
        throw new IllegalArgumentException("a status line is one line: " + value);
      }
    }
  }

  static Pop3Reply ok(Phrase phrase, Object... values) {
    return new Pop3Reply(true, Optional.empty(), phrase, texts(values));
  }

  static Pop3Reply err(Phrase phrase, Object... values) {
    return new Pop3Reply(false, Optional.empty(), phrase, texts(values));
  }

  static Pop3Reply err(Code code, Phrase phrase, Object... values) {
    return new Pop3Reply(false, Optional.of(code), phrase, texts(values));
  }

  private static List<String> texts(Object... values) {
    return Stream.of(values).map(Object::toString).toList();
  }

  /** The wire form without CRLF, to be sent as UTF-8; in English it is ASCII. */
  String line(Language language) {
    String said =
        code.map(given -> "[" + given.text + "] ").orElse("") + phrase.in(language, values);
    String line = ((ok ? "+OK " : "-ERR ") + said).stripTrailing();
    if (line.length() > MAX_LINE / 4
        && line.getBytes(StandardCharsets.UTF_8).length > MAX_LINE - 2) {
      throw new IllegalStateException("a status line has at most " + MAX_LINE + " octets: " + line);
    }
    return line;
  }
}

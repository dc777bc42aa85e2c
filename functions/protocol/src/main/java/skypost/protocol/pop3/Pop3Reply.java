package skypost.protocol.pop3;

/**
 * A status line (RFC 1939 section 3).
 *
 * @param ok {@code +OK} or {@code -ERR}
 * @param text what follows, with a response code in brackets where there is one (RFC 2449 section
 *     8); no line ends
 */
public record Pop3Reply(boolean ok, String text) {
  /** Octets of a status line with its CRLF (RFC 2449 section 4). */
  public static final int MAX_LINE = 512;

  /** Response codes that we give (RFC 2449 section 8, RFC 3206). */
  public enum Code {
    /** Someone else has the maildrop. */
    IN_USE("IN-USE"),
    /** The credentials are wrong or may not be sent like this. */
    AUTH("AUTH"),
    /** A fault of ours that will pass. */
    SYS_TEMP("SYS/TEMP"),
    /** A fault of ours that somebody must repair. */
    SYS_PERM("SYS/PERM");

    private final String text;

    Code(String text) {
      this.text = text;
    }
  }

  public Pop3Reply {
    if (text.chars().anyMatch(c -> c < 32 || c > 126)) {
      throw new IllegalArgumentException("a status line is one line of printable ASCII: " + text);
    }
    if (text.length() > MAX_LINE - "-ERR \r\n".length()) {
      throw new IllegalArgumentException("a status line has at most " + MAX_LINE + " octets");
    }
  }

  public static Pop3Reply ok(String text) {
    return new Pop3Reply(true, text);
  }

  public static Pop3Reply err(String text) {
    return new Pop3Reply(false, text);
  }

  public static Pop3Reply err(Code code, String text) {
    return new Pop3Reply(false, "[" + code.text + "] " + text);
  }

  /** The wire form without CRLF. */
  public String line() {
    return ((ok ? "+OK " : "-ERR ") + text).stripTrailing();
  }
}

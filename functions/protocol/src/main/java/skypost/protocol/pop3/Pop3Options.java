package skypost.protocol.pop3;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;

/**
 * What a POP3 service needs to know about its surroundings.
 *
 * @param hostname named in the greeting
 * @param stls the context for STLS; empty: not offered
 * @param trusted whether a client, by its IP address, may send a password in clear text
 * @param idle how long a client may be silent
 * @param bearerTokens whether users may log in with them (RFC 7628)
 */
public record Pop3Options(
    String hostname,
    Optional<SSLContext> stls,
    Predicate<String> trusted,
    Duration idle,
    boolean bearerTokens) {
  /** The least that RFC 1939 section 3 allows for the inactivity timer. */
  public static final Duration IDLE = Duration.ofMinutes(10);

  /** What a connection is told that is one too many; with its CRLF. */
  public static final String BUSY =
      Pop3Reply.err(Pop3Reply.Code.SYS_TEMP, Phrase.BUSY).line(Language.ENGLISH) + "\r\n";

  /** What an idle connection is told when the server goes down; with its CRLF. */
  public static final String FAREWELL =
      Pop3Reply.err(Pop3Reply.Code.SYS_TEMP, Phrase.GOING_DOWN).line(Language.ENGLISH) + "\r\n";

  /** Without bearer tokens. */
  public Pop3Options(
      String hostname, Optional<SSLContext> stls, Predicate<String> trusted, Duration idle) {
    this(hostname, stls, trusted, idle, false);
  }

  /** The same, and users may log in with bearer tokens, or not. */
  public Pop3Options withBearerTokens(boolean taken) {
    return new Pop3Options(hostname, stls, trusted, idle, taken);
  }
}

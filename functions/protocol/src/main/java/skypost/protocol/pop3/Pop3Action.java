package skypost.protocol.pop3;

import java.util.Optional;
import skypost.protocol.sasl.Sasl;

/** What the connection is to do after a step. */
sealed interface Pop3Action {
  /** Send a status line. */
  record Answer(Pop3Reply reply) implements Pop3Action {}

  /** Send a status line and lines after it, made while they are sent. */
  record AnswerLines(Pop3Reply reply, Iterable<String> lines) implements Pop3Action {}

  /** Send a status line and close. */
  record Close(Pop3Reply reply) implements Pop3Action {}

  /** Check a password, then {@link Pop3Session#loggedIn} or its siblings. */
  record Login(String username, String password) implements Pop3Action {
    @Override
    public String toString() {
      return "Login[" + username + "]"; // no secrets in logs
    }
  }

  /**
   * Run a SASL exchange.
   *
   * @param initial the initial response in base64
   */
  record Authenticate(Sasl mechanism, Optional<String> initial) implements Pop3Action {
    @Override
    public String toString() {
      return "Authenticate[" + mechanism + "]"; // the initial response may hold the password
    }
  }

  /** Send a status line and begin TLS. */
  record StartTls(Pop3Reply reply) implements Pop3Action {}

  /** List the maildrop into the state, then step the same command again. */
  record ListFirst() implements Pop3Action {}

  /** Take the maildrop, then step the same command again. */
  record HoldFirst() implements Pop3Action {}

  /** Send a message; with {@code lines}, its header and that many lines. */
  record Send(Maildrop.Message message, Optional<Integer> lines) implements Pop3Action {}

  /** Do the update state, then {@link Pop3Session#updated}. */
  record Commit() implements Pop3Action {}
}

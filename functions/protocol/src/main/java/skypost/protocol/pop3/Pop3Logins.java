package skypost.protocol.pop3;

import java.io.IOException;

/** Who may log in. */
public interface Pop3Logins {
  /**
   * Checks a password and looks at the maildrop, without taking it.
   *
   * @param client the peer's IP address
   * @throws IOException when that cannot be told now
   */
  Outcome login(String client, String username, String password) throws IOException;

  /** What became of a login. */
  sealed interface Outcome {
    /** The maildrop is the session's to read, and to release. */
    record Opened(Maildrop maildrop) implements Outcome {}

    /** Wrong name or password, and nobody learns which. */
    record Refused() implements Outcome {}

    /** The password is right; another session has the maildrop. */
    record InUse() implements Outcome {}
  }
}

package skypost.protocol.pop3;

import java.io.IOException;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramLogin;
import skypost.protocol.sasl.ScramProof;
import skypost.protocol.sasl.ScramSalt;

/** Who may log in. */
public interface Pop3Logins {
  /**
   * Checks a password and looks at the maildrop, without taking it.
   *
   * @param client the peer's IP address
   * @throws IOException when that cannot be told now
   */
  Outcome login(String client, String username, String password) throws IOException;

  /**
   * The salt of the user of that name; one that looks like it where there is no such user.
   *
   * @throws IOException when that cannot be told now
   */
  ScramSalt scramSalt(String client, String username) throws IOException;

  /**
   * The login that a proof is good for; empty when it is wrong.
   *
   * @throws IOException when that cannot be told now
   */
  Optional<ScramLogin> scramLogin(String client, ScramProof proof) throws IOException;

  /**
   * The user whom a bearer token names; empty when the token is good for nothing here, or is for
   * another than {@code authzid}.
   *
   * @param authzid whom the client wants to act as; empty when it leaves that to the token
   * @throws IOException when that cannot be told now
   */
  Optional<EmailAddress> tokenLogin(String client, Optional<String> authzid, String token)
      throws IOException;

  /**
   * Looks at the maildrop of a user who has proved himself, without taking it.
   *
   * @throws IOException when that cannot be done now
   */
  Outcome open(String client, EmailAddress user) throws IOException;

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

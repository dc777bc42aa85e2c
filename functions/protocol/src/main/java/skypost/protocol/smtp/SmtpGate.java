package skypost.protocol.smtp;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramLogin;
import skypost.protocol.sasl.ScramProof;
import skypost.protocol.sasl.ScramSalt;

/**
 * Who may log in and whose mail may go where: asked by one session, which has its own gate. All
 * questions throw {@link IOException} when no answer can be had; the client is then told to come
 * again.
 */
public interface SmtpGate {
  /** The user of that name and password; empty when they are wrong. */
  Optional<EmailAddress> login(SmtpClient client, String username, String password)
      throws IOException;

  /** The salt of the user of that name; one that looks like it where there is no such user. */
  ScramSalt scramSalt(SmtpClient client, String username) throws IOException;

  /** The login that a proof is good for; empty when it is wrong. */
  Optional<ScramLogin> scramLogin(SmtpClient client, ScramProof proof) throws IOException;

  /**
   * The user whom a bearer token names; empty when the token is good for nothing here, or is for
   * another than {@code authzid}.
   *
   * @param authzid whom the client wants to act as; empty when it leaves that to the token
   */
  Optional<EmailAddress> tokenLogin(SmtpClient client, Optional<String> authzid, String token)
      throws IOException;

  /**
   * Whether mail may go to these recipients, all that were said at once.
   *
   * @return a reply for each, in order; a positive one accepts it
   */
  List<SmtpReply> recipients(SmtpClient client, SmtpSender sender, List<SmtpRecipient> recipients)
      throws IOException;
}

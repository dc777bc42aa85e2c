package skypost.protocol.smtp;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/**
 * Who may log in and whose mail may go where: asked by one session, which has its own gate. Both
 * questions throw {@link IOException} when no answer can be had; the client is then told to come
 * again.
 */
public interface SmtpGate {
  /** The user of that name and password; empty when they are wrong. */
  Optional<EmailAddress> login(SmtpClient client, String username, String password)
      throws IOException;

  /**
   * Whether mail may go to these recipients, all that were said at once.
   *
   * @return a reply for each, in order; a positive one accepts it
   */
  List<SmtpReply> recipients(SmtpClient client, SmtpSender sender, List<SmtpRecipient> recipients)
      throws IOException;
}

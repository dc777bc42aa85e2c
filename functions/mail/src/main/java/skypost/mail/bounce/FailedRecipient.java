package skypost.mail.bounce;

import java.util.Map;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/**
 * A recipient that a message will never reach.
 *
 * @param address where it should have gone
 * @param parameters ESMTP parameters of its RCPT TO ({@code NOTIFY}, {@code ORCPT}); keys in upper
 *     case
 * @param reply why not: the remote server's words, or ours
 * @param remoteMta the host name of the server that said so; empty when the reply is our own
 */
public record FailedRecipient(
    EmailAddress address,
    Map<String, String> parameters,
    SmtpReply reply,
    Optional<String> remoteMta)
    implements Reported {
  public FailedRecipient {
    parameters = Map.copyOf(parameters);
  }

  /** A failure of our own finding, without DSN parameters. */
  public FailedRecipient(EmailAddress address, SmtpReply reply) {
    this(address, Map.of(), reply, Optional.empty());
  }

  @Override
  public String action() {
    return "failed";
  }

  /** Without a NOTIFY he does. */
  @Override
  public boolean wantsNotice() {
    return !parameters.containsKey("NOTIFY") || Reported.asks(parameters, "FAILURE");
  }
}

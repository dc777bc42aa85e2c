package skypost.mail.bounce;

import java.util.Map;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/**
 * A recipient that a message has not reached for long, while it is still being tried. The sender
 * hears of it only where he asked to (NOTIFY=DELAY).
 *
 * @param address where it should go
 * @param parameters ESMTP parameters of its RCPT TO; keys in upper case
 * @param reply why not yet
 * @param remoteMta the host name of the server that said so; empty when the reply is our own
 */
public record DelayedRecipient(
    EmailAddress address,
    Map<String, String> parameters,
    SmtpReply reply,
    Optional<String> remoteMta)
    implements Reported {
  public DelayedRecipient {
    parameters = Map.copyOf(parameters);
  }

  @Override
  public String action() {
    return "delayed";
  }

  @Override
  public boolean wantsNotice() {
    return Reported.asks(parameters, "DELAY");
  }
}

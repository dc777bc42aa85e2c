package skypost.mail.bounce;

import java.util.Map;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/**
 * A recipient that a message has reached, or that we can tell no more of. The sender hears of it
 * only where he asked to (NOTIFY=SUCCESS).
 *
 * @param address where it went
 * @param parameters ESMTP parameters of its RCPT TO; keys in upper case
 * @param how how far it came
 * @param reply the next server's words, or ours
 * @param remoteMta that server's host name
 */
public record SucceededRecipient(
    EmailAddress address,
    Map<String, String> parameters,
    How how,
    SmtpReply reply,
    Optional<String> remoteMta)
    implements Reported {
  /** How far a message came. */
  public enum How {
    /** Into a mailbox. */
    DELIVERED,
    /** To a server that knows no DSN, and so will not tell the sender (RFC 3461 section 5.2.2). */
    RELAYED
  }

  public SucceededRecipient {
    parameters = Map.copyOf(parameters);
  }

  @Override
  public String action() {
    return switch (how) {
      case DELIVERED -> "delivered";
      case RELAYED -> "relayed";
    };
  }

  @Override
  public boolean wantsNotice() {
    return Reported.asks(parameters, "SUCCESS");
  }
}

package skypost.protocol.smtp;

import java.util.List;

/**
 * A transaction whose data may come (RFC 5321 section 3.3).
 *
 * @param client who sends it
 * @param sender what MAIL said
 * @param recipients those that were accepted; at least one
 */
public record SmtpTransaction(
    SmtpClient client, SmtpSender sender, List<SmtpRecipient> recipients) {
  public SmtpTransaction {
    if (recipients.isEmpty()) {
      throw new IllegalArgumentException("a transaction has a recipient");
    }
    recipients = List.copyOf(recipients);
  }

  /** As it is stored: what came as BINARYMIME is a message of lines from there on. */
  SmtpTransaction ofLines() {
    return new SmtpTransaction(client, sender.ofLines(), recipients);
  }
}

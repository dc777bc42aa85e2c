package skypost.protocol.smtp;

import java.util.ArrayList;
import java.util.List;

/** Where a session is; each state holds exactly what is legal in it (RFC 5321 section 4.1.4). */
public sealed interface SmtpState {
  /** Connected, or TLS has just begun: nothing said before counts (RFC 3207 section 4.2). */
  record Connected(SmtpPeer peer) implements SmtpState {}

  /** Introduced, no transaction open. */
  record Ready(SmtpClient client) implements SmtpState {}

  /**
   * MAIL was accepted.
   *
   * @param anyRefused whether a RCPT was refused, which makes DATA's refusal another one
   */
  record HasSender(SmtpClient client, SmtpSender sender, boolean anyRefused) implements SmtpState {}

  /** At least one RCPT was accepted. */
  record HasRecipients(SmtpTransaction transaction) implements SmtpState {
    HasRecipients plus(SmtpRecipient recipient) {
      boolean known =
          transaction.recipients().stream()
              .anyMatch(other -> other.address().equals(recipient.address()));
      if (known) {
        return this; // said twice, sent once
      }
      List<SmtpRecipient> more = new ArrayList<>(transaction.recipients());
      more.add(recipient);
      return new HasRecipients(
          new SmtpTransaction(transaction.client(), transaction.sender(), more));
    }
  }

  /** BDAT has begun: nothing but BDAT, RSET, NOOP and QUIT is legal (RFC 3030 section 2). */
  record InChunks(SmtpTransaction transaction) implements SmtpState {}
}

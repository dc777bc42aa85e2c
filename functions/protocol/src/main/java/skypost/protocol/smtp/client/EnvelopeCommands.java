package skypost.protocol.smtp.client;

import java.util.List;
import java.util.Map;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.client.Transaction.Recipient;

/** MAIL and RCPT with the parameters that a server takes. */
final class EnvelopeCommands {
  private EnvelopeCommands() {}

  /**
   * MAIL.
   *
   * @param recipients those who will be named
   * @param size octets of the content with the fields before it, where it is not converted
   */
  static String mail(
      Transaction transaction, List<Recipient> recipients, Session session, long size) {
    Transaction.Content content = transaction.content();
    StringBuilder command = new StringBuilder("MAIL FROM:<");
    command.append(transaction.sender().map(EmailAddress::toString).orElse("")).append('>');
    if (session.offers("SIZE") && session.form(content) != WireForm.SEVEN_BIT) {
      command.append(" SIZE=").append(size);
    }
    if (session.offers("8BITMIME") && content.isEightBit()) {
      command.append(" BODY=8BITMIME");
    }
    if (needsUtf8(transaction, recipients)) {
      command.append(" SMTPUTF8");
    }
    if (transaction.requiresTls()) {
      command.append(" REQUIRETLS"); // RFC 8689 section 4.2.1
    }
    append(command, transaction.parameters(), session, "RET", "ENVID");
    return command.toString();
  }

  static String rcpt(Recipient recipient, Session session) {
    StringBuilder command = new StringBuilder("RCPT TO:<").append(recipient.address()).append('>');
    append(command, recipient.parameters(), session, "NOTIFY", "ORCPT");
    return command.toString();
  }

  /** Whether the sender or the header is internationalized, so that all of it is (RFC 6531). */
  static boolean isUtf8Throughout(Transaction transaction) {
    return transaction.content().hasUtf8Headers()
        || transaction.sender().filter(EmailAddress::isInternationalized).isPresent();
  }

  private static boolean needsUtf8(Transaction transaction, List<Recipient> recipients) {
    return isUtf8Throughout(transaction)
        || recipients.stream().anyMatch(recipient -> recipient.address().isInternationalized());
  }

  /** Passes DSN parameters on (RFC 3461 section 5.2.1), those alone that are well formed. */
  private static void append(
      StringBuilder command, Map<String, String> parameters, Session session, String... names) {
    if (!session.offers("DSN")) {
      return;
    }
    for (String name : names) {
      String value = parameters.get(name);
      if (value != null
          && value.matches("[!-<>-~]{1,500}")) { // RFC 5321 section 4.1.2: esmtp-value
        command.append(' ').append(name).append('=').append(value);
      }
    }
  }
}

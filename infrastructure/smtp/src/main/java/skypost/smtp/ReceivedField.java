package skypost.smtp;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpClient;
import skypost.protocol.smtp.SmtpTransaction;

/** The trace field that each server puts on top (RFC 5321 section 4.4, Time-stamp-line). */
final class ReceivedField {
  /** RFC 5322 section 3.3. */
  static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private ReceivedField() {}

  /** The folded field with its CRLF. */
  static String of(String hostname, MessageId id, SmtpTransaction transaction, Instant now) {
    SmtpClient client = transaction.client();
    StringBuilder field =
        new StringBuilder("Received: from ")
            .append(from(client))
            .append("\r\n\tby ")
            .append(hostname);
    field.append(" with ").append(client.protocol(transaction.sender().utf8()));
    client
        .peer()
        .tls()
        .ifPresent(tls -> field.append(" tls ").append(tls.cipher())); // RFC 8314 section 7.4
    field.append("\r\n\tid ").append(id);
    if (transaction.recipients().size()
        == 1) { // RFC 5321 section 7.2: more would tell one recipient of another
      field.append(" for <").append(transaction.recipients().getFirst().address()).append('>');
    }
    return field.append(";\r\n\t").append(DATE.format(now)).append("\r\n").toString();
  }

  /**
   * The client's name and address. Of a logged-in user only the mail domain: where somebody writes
   * from, and how his computer is called, is not for every recipient to know. The envelope keeps it
   * for the operator.
   */
  private static String from(SmtpClient client) {
    return client
        .login()
        .map(EmailAddress::domain)
        .orElseGet(() -> client.helo() + " (" + literal(client.peer().address()) + ")");
  }

  private static String literal(String address) {
    return address.indexOf(':') < 0
        ? "[" + address + "]"
        : "[IPv6:" + address + "]"; // RFC 5321 section 4.1.3
  }
}

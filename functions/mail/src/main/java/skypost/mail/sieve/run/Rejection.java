package skypost.mail.sieve.run;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.sieve.message.Message;
import skypost.protocol.address.EmailAddress;

/**
 * Tells the sender that the message is refused (RFC 5429): with reject by a disposition
 * notification of the user (RFC 8098), with ereject by a non-delivery report (RFC 3464), for the
 * message has been accepted by then.
 */
final class Rejection {
  private final Situation situation;
  private final Action.Reject reject;

  Rejection(Situation situation, Action.Reject reject) {
    this.situation = situation;
    this.reject = reject;
  }

  /** Empty for a null sender, whom nobody tells anything (RFC 5321 section 4.5.5). */
  Optional<Outgoing> outgoing(Message message) {
    return situation
        .sender()
        .map(sender ->
            new Outgoing(
                Optional.empty(), sender, new Outgoing.Content.Composed(compose(sender, message))));
  }

  private byte[] compose(EmailAddress sender, Message message) {
    Reply reply = new Reply(situation, "reject");
    String host = situation.host().name();
    reply.addressField(
        "From",
        reject.extended() || situation.recipient().isEmpty()
            ? "Mail Delivery System <MAILER-DAEMON@" + host + ">"
            : situation.recipient().get().toString());
    reply.addressField("To", sender.toString());
    reply.field(
        "Subject",
        (reject.extended() ? "Undelivered: " : "Rejected: ")
            + message.header().text("Subject").orElse("your message"));
    reply.answers(message.header());
    String report = reject.extended() ? "delivery-status" : "disposition-notification";
    List<byte[]> parts = new ArrayList<>();
    parts.add(Reply.textPart(explanation()));
    parts.add(part("message/" + report, reject.extended() ? status() : disposition(message)));
    parts.add(part("text/rfc822-headers", message.header().octets()));
    return reply.whole(parts, "multipart/report; report-type=" + report);
  }

  private String explanation() {
    String to = situation.recipient().map(EmailAddress::toString).orElse("the recipient");
    return "Your message to <" + to + "> was refused. The reason given:\r\n\r\n" + reject.reason();
  }

  /** RFC 3464 section 2. */
  private byte[] status() {
    return fields(
        "Reporting-MTA: dns; " + situation.host().name(),
        "",
        "Final-Recipient: rfc822; " + recipient(),
        "Action: failed",
        "Status: 5.7.1",
        "Diagnostic-Code: x-skypost; 550 5.7.1 refused by the recipient's filter");
  }

  /** RFC 8098 section 3.1. */
  private byte[] disposition(Message message) {
    List<String> lines = new ArrayList<>();
    lines.add("Reporting-UA: " + situation.host().name() + "; Skypost");
    lines.add("Final-Recipient: rfc822; " + recipient());
    message
        .header()
        .text("Message-ID")
        .filter(id -> id.matches("<[!-~]{1,250}>"))
        .ifPresent(id -> lines.add("Original-Message-ID: " + id));
    lines.add("Disposition: automatic-action/MDN-sent-automatically; deleted");
    return fields(lines.toArray(String[]::new));
  }

  private String recipient() {
    return situation.recipient().map(EmailAddress::toString).orElse("unknown");
  }

  private static byte[] fields(String... lines) {
    return (String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] part(String type, byte[] content) {
    byte[] fields =
        ("Content-Type: " + type + "\r\n" + encoding(content) + "\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] part = new byte[fields.length + content.length];
    System.arraycopy(fields, 0, part, 0, fields.length);
    System.arraycopy(content, 0, part, fields.length, content.length);
    return part;
  }

  private static String encoding(byte[] content) {
    for (byte octet : content) {
      if (octet < 0) {
        return "Content-Transfer-Encoding: 8bit\r\n";
      }
    }
    return "";
  }
}

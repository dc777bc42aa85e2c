package skypost.mail.bounce;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import org.eclipse.angus.mail.dsn.DeliveryStatus;
import org.eclipse.angus.mail.dsn.MessageHeaders;
import org.eclipse.angus.mail.dsn.MultipartReport;
import skypost.mail.message.HeaderBlock;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/**
 * The text of a report: a multipart/report of what a person reads, what a program reads, and the
 * original's headers or the original.
 *
 * @param hostname our own name
 * @param id the report's id; its time becomes the report's date
 * @param to who is told: the original's sender, or the postmaster
 * @param original what the report is on
 * @param returned what of it goes back
 * @param ended what became of its recipients, at least one
 */
record DeliveryReport(
    String hostname,
    MessageId id,
    EmailAddress to,
    Bounces.Original original,
    Returned returned,
    List<Reported> ended) {
  private static final int MAX_DIAGNOSTIC =
      900; // below a text line (RFC 5321 section 4.5.3.1.6) even when not folded
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private static final Session SESSION = session();

  /** Writes the message, in 7 bit and with CRLF. */
  void writeTo(OutputStream out) throws IOException {
    try {
      MimeMessage message = new ReportMessage(SESSION, "<" + id + "@" + hostname + ">");
      message.setHeader("Date", date(id.acceptedAt()));
      message.setHeader("From", "Mail Delivery System <MAILER-DAEMON@" + hostname + ">");
      message.setHeader("To", to.toString());
      message.setHeader("Subject", subject());
      message.setHeader("Auto-Submitted", "auto-replied"); // RFC 3834 section 5
      String messageId = HeaderBlock.field(returned.headers(), "Message-ID");
      if (messageId.matches("<[!-~]{1,250}>")) {
        message.setHeader("In-Reply-To", messageId);
        message.setHeader("References", messageId);
      }
      MultipartReport report = new MultipartReport("", status());
      report.setTextBodyPart(humanText());
      report.setReturnedMessage(
          returned.message().isPresent()
              ? new WholeOriginal(SESSION, returned.message().get())
              : new OriginalHeaders(returned.headers()));
      message.setContent(report);
      message.saveChanges();
      message.writeTo(out);
    } catch (MessagingException fault) {
      throw new IOException("the bounce cannot be written", fault);
    }
  }

  private static Session session() {
    Properties properties = new Properties();
    // An internationalized To: is written in UTF-8 (RFC 6532); all else is ASCII.
    properties.setProperty("mail.mime.allowutf8", "true");
    return Session.getInstance(properties);
  }

  private String subject() {
    if (original.envelope().sender().isEmpty()) {
      return "Postmaster notice: a report could not be delivered";
    }
    if (ended.stream().anyMatch(FailedRecipient.class::isInstance)) {
      return "Undelivered Mail Returned to Sender";
    }
    return ended.stream().anyMatch(DelayedRecipient.class::isInstance)
        ? "Delayed Mail (still being tried)"
        : "Successful Mail Delivery Report";
  }

  private MimeBodyPart humanText() throws MessagingException {
    StringBuilder text = new StringBuilder();
    text.append("This is the mail system at ").append(hostname).append(".\r\n");
    explain(
        text,
        "failed",
        (original.envelope().sender().isEmpty()
                ? "A report of this mail system could not be delivered, so its addressee does not know.\r\n"
                : "Your message could not be delivered to one or more recipients.\r\n")
            + "It will not be tried again. What the mail system was told:\r\n");
    explain(
        text,
        "delayed",
        "Your message has not been delivered to these recipients yet. It is still being tried,\r\n"
            + "and you need not send it again. What the mail system was told:\r\n");
    explain(text, "delivered", "Your message was delivered to these recipients:\r\n");
    explain(
        text,
        "relayed",
        "Your message was handed to the next mail server for these recipients.\r\n"
            + "That server sends no reports, so you may not hear of it again:\r\n");
    text.append("\r\nThe message is known here as ").append(original.id()).append(".\r\n");
    MimeBodyPart part = new MimeBodyPart();
    part.setText(text.toString(), StandardCharsets.UTF_8.name());
    part.setHeader("Content-Description", "Notification");
    return part;
  }

  private void explain(StringBuilder text, String action, String introduction) {
    List<Reported> some = ended.stream().filter(one -> one.action().equals(action)).toList();
    if (some.isEmpty()) {
      return;
    }
    text.append("\r\n").append(introduction);
    for (Reported recipient : some) {
      text.append("\r\n<").append(recipient.address()).append(">: ");
      recipient.remoteMta().ifPresent(host -> text.append("host ").append(host).append(" said: "));
      text.append(shortened(printable(recipient.reply().toString()))).append("\r\n");
    }
  }

  /** RFC 3464 section 2. */
  private DeliveryStatus status() throws MessagingException {
    DeliveryStatus status = new DeliveryStatus();
    InternetHeaders message = new InternetHeaders();
    String envid = original.envelope().senderParameters().get("ENVID");
    if (envid != null) {
      Xtext.decode(envid).ifPresent(text -> add(message, "Original-Envelope-Id", text));
    }
    add(message, "Reporting-MTA", "dns; " + hostname);
    add(message, "X-Skypost-Message-Id", original.id().toString());
    add(message, "Arrival-Date", date(original.envelope().origin().receivedAt()));
    status.setMessageDSN(message);
    for (Reported recipient : ended) {
      status.addRecipientDSN(recipientFields(recipient));
    }
    return status;
  }

  private InternetHeaders recipientFields(Reported recipient) {
    InternetHeaders fields = new InternetHeaders();
    String orcpt = recipient.parameters().get("ORCPT");
    if (orcpt != null) {
      Xtext.originalRecipient(orcpt).ifPresent(text -> add(fields, "Original-Recipient", text));
    }
    add(fields, "Final-Recipient", Xtext.typed(recipient.address()));
    add(fields, "Action", recipient.action());
    add(fields, "Status", statusCode(recipient.reply()));
    recipient.remoteMta().ifPresent(host -> add(fields, "Remote-MTA", "dns; " + printable(host)));
    // RFC 3464 section 2.3.6: "smtp" is for what a remote server said
    String type = recipient.remoteMta().isPresent() ? "smtp" : "x-skypost";
    add(
        fields,
        "Diagnostic-Code",
        type + "; " + shortened(printable(recipient.reply().toString())));
    add(fields, "Last-Attempt-Date", date(id.acceptedAt()));
    if (recipient instanceof DelayedRecipient) { // RFC 3464 section 2.3.9: for delayed ones only
      original.retriedUntil().ifPresent(end -> add(fields, "Will-Retry-Until", date(end)));
    }
    return fields;
  }

  private static String statusCode(SmtpReply reply) {
    return reply.enhanced().isEmpty() ? reply.code() / 100 + ".0.0" : reply.enhanced();
  }

  private static void add(InternetHeaders fields, String name, String value) {
    fields.addHeader(name, MimeUtility.fold(name.length() + 2, value));
  }

  private static String date(Instant at) {
    return DATE.format(at);
  }

  private static String shortened(String text) {
    return text.length() > MAX_DIAGNOSTIC ? text.substring(0, MAX_DIAGNOSTIC) + "..." : text;
  }

  /** A remote server's words may be anything; here they become one line of ASCII. */
  private static String printable(String text) {
    return text.replaceAll("\\s+", " ").replaceAll("[^ -~]", "?");
  }

  /**
   * The original's headers, octet for octet. Left to itself, MessageHeaders adds a Date and a
   * Message-ID and reads octets above 127 in a charset; Jakarta Mail encodes this part for transfer
   * where it is not 7-bit.
   */
  private static final class OriginalHeaders extends MessageHeaders {
    private final byte[] octets;

    OriginalHeaders(byte[] octets) throws MessagingException {
      this.octets = octets;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      out.write(octets);
    }
  }

  /** The original, octet for octet. */
  private static final class WholeOriginal extends MimeMessage {
    private final byte[] octets;

    WholeOriginal(Session session, byte[] octets) {
      super(session);
      this.octets = octets;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      out.write(octets);
    }
  }

  /** A message with the Message-ID that it is given, so that a repeat makes the same. */
  private static final class ReportMessage extends MimeMessage {
    private final String messageId;

    ReportMessage(Session session, String messageId) {
      super(session);
      this.messageId = messageId;
    }

    @Override
    protected void updateMessageID() throws MessagingException {
      setHeader("Message-ID", messageId);
    }
  }
}

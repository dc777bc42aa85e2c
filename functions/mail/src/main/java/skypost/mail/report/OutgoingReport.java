package skypost.mail.report;

import jakarta.activation.DataHandler;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Properties;
import java.util.zip.GZIPOutputStream;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/**
 * A report of ours, and the message that takes it away.
 *
 * @param report what is reported
 * @param submitter our host name
 */
record OutgoingReport(Report report, String submitter) {
  /** As it is posted (RFC 8460 section 5.4). */
  static final String TLS_TYPE = "application/tlsrpt+gzip";

  private static final Session SESSION = session();
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private static Session session() {
    Properties properties = new Properties();
    properties.setProperty("mail.mime.allowutf8", "true"); // an internationalized To:
    return Session.getInstance(properties);
  }

  /** The report itself, compressed; the same octets for the same report. */
  byte[] file() throws IOException {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(octets)) {
      switch (report) {
        case AggregateReport aggregate -> AggregateWriter.write(aggregate, gzip);
        case TlsReport tls -> gzip.write(TlsReportJson.write(tls));
      }
    }
    return octets.toByteArray();
  }

  /**
   * Writes the message, in 7 bit and with CRLF: RFC 9990 section 3.3, RFC 8460 section 5.3.
   *
   * @param id its id; its time becomes the date
   */
  void writeTo(OutputStream out, MessageId id, EmailAddress from, EmailAddress to)
      throws IOException {
    try {
      MimeMessage message = new MimeMessage(SESSION);
      message.setHeader("Date", DATE.format(id.acceptedAt()));
      message.setHeader("From", from.toString());
      message.setHeader("To", to.toString());
      message.setHeader(
          "Subject",
          "Report Domain: %s Submitter: %s Report-ID: <%s>"
              .formatted(report.domain(), submitter, report.head().reportId()));
      message.setHeader("Auto-Submitted", "auto-generated"); // RFC 3834 section 5
      MimeMultipart parts = new MimeMultipart("mixed");
      if (report instanceof TlsReport) {
        message.setHeader("TLS-Report-Domain", report.domain());
        message.setHeader("TLS-Report-Submitter", submitter);
        // RFC 8689 section 5: it should arrive just where TLS fails
        message.setHeader("TLS-Required", "No");
      }
      parts.addBodyPart(text());
      parts.addBodyPart(attachment());
      message.setContent(parts);
      message.saveChanges();
      if (report
          instanceof TlsReport) { // the library knows multipart/report as that of RFC 3464 alone
        String type = message.getContentType();
        message.setHeader(
            "Content-Type",
            type.replaceFirst("multipart/mixed", "multipart/report; report-type=\"tlsrpt\""));
      }
      message.setHeader("Message-ID", "<" + id + "@" + from.domain() + ">");
      message.writeTo(out);
    } catch (MessagingException fault) {
      throw new IOException("the report cannot be written", fault);
    }
  }

  private MimeBodyPart text() throws MessagingException {
    String about =
        switch (report) {
          case AggregateReport aggregate ->
              "This is an aggregate report (DMARC, RFC 9990) on %d messages in the name of\r\n%s"
                  .formatted(aggregate.messages(), report.domain());
          case TlsReport ignored ->
              "This is a report (RFC 8460) on the security of connections to the mail servers of\r\n%s"
                  .formatted(report.domain());
        };
    MimeBodyPart part = new MimeBodyPart();
    part.setText(
        "%s, from %s to %s,\r\nas %s met them. A program reads the attachment.\r\n"
            .formatted(about, report.head().begin(), report.head().end(), submitter),
        StandardCharsets.US_ASCII.name());
    return part;
  }

  private MimeBodyPart attachment() throws MessagingException, IOException {
    boolean isTls = report instanceof TlsReport;
    MimeBodyPart part = new MimeBodyPart();
    String name =
        "%s!%s!%d!%d!%s.%s.gz"
            .formatted(
                submitter,
                report.domain(),
                seconds(report.head().begin()),
                seconds(report.head().end()),
                report.head().reportId(),
                isTls ? "json" : "xml");
    String type = isTls ? TLS_TYPE : "application/gzip";
    part.setDataHandler(new DataHandler(new ByteArrayDataSource(file(), type)));
    part.setHeader("Content-Type", type);
    // On one line: who takes RFC 9990's word for it that a name tells what it is, may know no RFC
    // 2231
    part.setHeader("Content-Disposition", "attachment;\r\n filename=\"" + name + "\"");
    part.setHeader("Content-Transfer-Encoding", "base64");
    return part;
  }

  private static long seconds(Instant time) {
    return time.getEpochSecond();
  }
}

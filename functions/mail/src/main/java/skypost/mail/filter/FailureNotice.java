package skypost.mail.filter;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.filter.FilterPlan.Filing;
import skypost.mail.filter.FilterPlan.How;
import skypost.mail.filter.FilterPlan.Made;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.sieve.grammar.ScriptError;
import skypost.protocol.address.EmailAddress;

/** Tells a user that the filter fails, so that mail comes to INBOX instead of where it should. */
final class FailureNotice {
  private FailureNotice() {}

  static Made of(FilteredMail mail, String version, ScriptError error, String hostname) {
    EmailAddress user = mail.user();
    MessageId id =
        MessageId.derived(
            mail.id().acceptedAt(), "failed filter " + user + " " + version + " " + mail.id());
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            mail.id().acceptedAt().atOffset(ZoneOffset.UTC));
    String text =
        """
        From: Mail Delivery System <MAILER-DAEMON@%s>
        To: <%s>
        Subject: Your mail filter does not work
        Date: %s
        Message-ID: <%s@%s>
        Auto-Submitted: auto-generated
        MIME-Version: 1.0
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: 8bit

        Your filter (Sieve script) stopped at line %d:

            %s

        That was on the message with the id %s, which is in %s; so will be
        others on which it stops. Nothing is lost. This is told once for this filter.
        """
            .formatted(
                hostname,
                user,
                date,
                id,
                hostname,
                error.at().line(),
                error.message().replaceAll("\\p{Cntrl}", "?"),
                mail.id(),
                mail.suspect() ? "your folder Junk" : "your INBOX");
    byte[] octets = text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    Envelope envelope =
        new Envelope(
            Optional.empty(),
            Map.of("BODY", "8BITMIME"),
            List.of(new Envelope.Recipient(user, Filing.INBOX.parameters())),
            Envelope.Origin.internal(mail.id().acceptedAt(), hostname));
    return new Made(id, How.TOLD, user, envelope, () -> new ByteArrayInputStream(octets));
  }
}

package skypost.mail.queue;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.json.Fields;
import skypost.mail.queue.QueueEntry.Attempt;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.protocol.smtp.SmtpReply;

/** The parts of a queue entry that no condition rests on, as JSON. */
public final class RecipientsJson {
  private RecipientsJson() {}

  /** Recipients and attempts of an entry. */
  public record Parts(List<QueuedRecipient> recipients, List<Attempt> attempts) {}

  public static String write(QueueEntry entry) throws IOException {
    return Fields.string(
        Map.of(
            "recipients", entry.recipients().stream().map(RecipientsJson::write).toList(),
            "attempts", entry.attempts().stream().map(RecipientsJson::write).toList()));
  }

  private static Map<String, Object> write(QueuedRecipient recipient) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("address", recipient.address().toString());
    if (!recipient.parameters().isEmpty()) {
      fields.put("parameters", recipient.parameters());
    }
    recipient
        .end()
        .ifPresent(end -> {
          switch (end) {
            case End.Sent(SmtpReply reply) -> fields.put("sent", Fields.write(reply));
            case End.Bounced(SmtpReply reply) -> fields.put("bounced", Fields.write(reply));
            case End.Removed() -> fields.put("removed", true);
          }
        });
    return fields;
  }

  private static Map<String, Object> write(Attempt attempt) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("at", attempt.at().toString());
    fields.put("server", attempt.server());
    fields.put("tls", attempt.tls());
    fields.put("reply", Fields.write(attempt.reply()));
    return fields;
  }

  public static Parts read(String json) throws IOException {
    Fields fields = Fields.read(json);
    List<QueuedRecipient> recipients = new ArrayList<>();
    for (Fields item : fields.objects("recipients")) {
      recipients.add(
          new QueuedRecipient(item.address("address"), item.textMap("parameters"), readEnd(item)));
    }
    List<Attempt> attempts = new ArrayList<>();
    for (Fields item : fields.objects("attempts")) {
      attempts.add(
          new Attempt(
              Instant.parse(item.text("at")),
              item.text("server"),
              item.text("tls"),
              item.reply("reply")));
    }
    return new Parts(recipients, attempts);
  }

  private static Optional<End> readEnd(Fields item) throws IOException {
    if (item.has("sent")) {
      return Optional.of(new End.Sent(item.reply("sent")));
    } else if (item.has("bounced")) {
      return Optional.of(new End.Bounced(item.reply("bounced")));
    }
    return item.flag("removed") ? Optional.of(new End.Removed()) : Optional.empty();
  }
}

package skypost.mail.queue;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.HostPort;
import skypost.mail.json.Fields;
import skypost.mail.queue.QueueEntry.Attempt;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.protocol.smtp.SmtpReply;

/** The parts of a queue entry that no condition rests on, as JSON. */
public final class RecipientsJson {
  private static final int SMTP_PORT = 25;

  private RecipientsJson() {}

  /** Recipients and attempts of an entry, and what was done to it by hand. */
  public record Parts(List<QueuedRecipient> recipients, List<Attempt> attempts, ByHand byHand) {}

  public static String write(QueueEntry entry) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("recipients", entry.recipients().stream().map(RecipientsJson::write).toList());
    fields.put("attempts", entry.attempts().stream().map(RecipientsJson::write).toList());
    ByHand byHand = entry.byHand();
    byHand.route().ifPresent(route -> fields.put("route", route.toString()));
    if (!byHand.steps().isEmpty()) {
      fields.put("byHand", byHand.steps().stream().map(RecipientsJson::write).toList());
    }
    return Fields.string(fields);
  }

  private static Map<String, Object> write(ByHand.Step step) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("at", step.at().toString());
    fields.put("what", step.what().name());
    fields.put("by", step.by());
    fields.put("detail", step.detail());
    return fields;
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
    return new Parts(recipients, attempts, readByHand(fields));
  }

  private static ByHand readByHand(Fields fields) throws IOException {
    List<ByHand.Step> steps = new ArrayList<>();
    for (Fields item : fields.has("byHand") ? fields.objects("byHand") : List.<Fields>of()) {
      steps.add(
          new ByHand.Step(
              Instant.parse(item.text("at")),
              ByHand.What.valueOf(item.text("what")),
              item.text("by"),
              item.text("detail")));
    }
    return new ByHand(
        fields.optionalText("route").flatMap(text -> HostPort.parse(text, SMTP_PORT)), steps);
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

package skypost.mail.trace;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.json.Fields;
import skypost.mail.message.Envelope;
import skypost.mail.message.EnvelopeJson;
import skypost.mail.message.MessageId;
import skypost.mail.message.SenderResults;
import skypost.mail.trace.Traces.Outcome;
import skypost.mail.trace.Traces.Receipt;
import skypost.mail.trace.Traces.RecipientOutcome;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/** A receipt as JSON. */
public final class ReceiptJson {
  private ReceiptJson() {}

  public static String write(Receipt receipt) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("envelope", EnvelopeJson.write(receipt.envelope()));
    fields.put("size", receipt.size());
    fields.put("subject", receipt.subject());
    fields.put("finishedAt", receipt.finishedAt().toString());
    fields.put("outcomes", receipt.outcomes().stream().map(ReceiptJson::write).toList());
    if (!receipt.results().isEmpty()) {
      fields.put("results", new SenderResults(receipt.results()).pack(receipt.envelope()));
    }
    return Fields.string(fields);
  }

  private static Map<String, Object> write(RecipientOutcome outcome) {
    Map<String, Object> fields = new LinkedHashMap<>();
    EmailAddress recipient = outcome.recipient();
    fields.put("given", outcome.given().toString());
    if (!recipient.equals(outcome.given())) {
      fields.put("recipient", recipient.toString());
    }
    switch (outcome.outcome()) {
      case Outcome.Filed(String folder, long uid) -> {
        fields.put("filed", folder);
        fields.put("uid", uid);
      }
      case Outcome.FiledBefore(String folder) -> fields.put("filedBefore", folder);
      case Outcome.Queued(String entry) -> fields.put("queued", entry);
      case Outcome.Filtered(String how, Optional<String> message) -> {
        fields.put("filtered", how);
        message.ifPresent(made -> fields.put("message", made));
      }
      case Outcome.Failed(SmtpReply reply) -> fields.put("failed", Fields.write(reply));
      case Outcome.Refused(SmtpReply reply) -> fields.put("refused", Fields.write(reply));
    }
    if (!outcome.because().isEmpty()) {
      fields.put("because", outcome.because());
    }
    return fields;
  }

  public static Receipt read(MessageId id, String json) throws IOException {
    Fields fields = Fields.read(json);
    List<RecipientOutcome> outcomes = new ArrayList<>();
    for (Fields item : fields.objects("outcomes")) {
      EmailAddress given = item.address("given");
      EmailAddress recipient = item.optionalAddress("recipient").orElse(given);
      String because = item.optionalText("because").orElse("");
      outcomes.add(new RecipientOutcome(given, recipient, readOutcome(item), because));
    }
    Envelope envelope = EnvelopeJson.read(fields.object("envelope"));
    return new Receipt(
        id,
        envelope,
        fields.number("size"),
        fields.text("subject"),
        Instant.parse(fields.text("finishedAt")),
        outcomes,
        SenderResults.unpack(fields.optionalText("results").orElse(""), envelope).value());
  }

  private static Outcome readOutcome(Fields item) throws IOException {
    if (item.has("filed")) {
      return new Outcome.Filed(item.text("filed"), item.number("uid"));
    } else if (item.has("filedBefore")) {
      return new Outcome.FiledBefore(item.text("filedBefore"));
    } else if (item.has("queued")) {
      return new Outcome.Queued(item.text("queued"));
    } else if (item.has("filtered")) {
      return new Outcome.Filtered(item.text("filtered"), item.optionalText("message"));
    }
    return item.has("refused")
        ? new Outcome.Refused(item.reply("refused"))
        : new Outcome.Failed(item.reply("failed"));
  }
}

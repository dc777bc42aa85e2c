package skypost.mail.trace;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.json.Fields;
import skypost.mail.message.Envelope;
import skypost.mail.message.Envelope.Recipient;
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

  /** Octets of one; an item of DynamoDB has room for 400 KB, with all its attributes. */
  static final int MAX_OCTETS = 350_000;

  /**
   * Writes one. Of very many recipients with long parameters their ORCPT is left out, and if that
   * is not enough those behind the first: a receipt that no table takes would have the message
   * dealt with again and again.
   */
  public static String write(Receipt receipt) throws IOException {
    String json = whole(receipt);
    if (!isTooLong(json)) {
      return json;
    }
    List<Recipient> plain =
        receipt.envelope().recipients().stream().map(ReceiptJson::withoutOrcpt).toList();
    int kept = Math.max(plain.size(), receipt.outcomes().size());
    json = whole(shortened(receipt, plain, kept));
    while (isTooLong(json) && kept > 1) {
      kept /= 2;
      json = whole(shortened(receipt, plain, kept));
    }
    return json;
  }

  private static boolean isTooLong(String json) {
    return json.getBytes(StandardCharsets.UTF_8).length > MAX_OCTETS;
  }

  private static Recipient withoutOrcpt(Recipient recipient) {
    Map<String, String> parameters = new LinkedHashMap<>(recipient.parameters());
    parameters.remove("ORCPT");
    return new Recipient(recipient.address(), parameters);
  }

  private static Receipt shortened(Receipt receipt, List<Recipient> recipients, int kept) {
    Envelope envelope = receipt.envelope();
    return new Receipt(
        receipt.id(),
        new Envelope(
            envelope.sender(),
            envelope.senderParameters(),
            recipients.stream().limit(kept).toList(),
            envelope.origin()),
        receipt.size(),
        receipt.subject(),
        receipt.finishedAt(),
        receipt.outcomes().stream().limit(kept).toList(),
        receipt.results());
  }

  private static String whole(Receipt receipt) throws IOException {
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

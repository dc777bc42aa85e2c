package skypost.mail.message;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.json.Fields;
import skypost.mail.message.Envelope.Origin;
import skypost.mail.message.Envelope.Recipient;

/** An envelope as a JSON object. */
public final class EnvelopeJson {
  private EnvelopeJson() {}

  public static Map<String, Object> write(Envelope envelope) {
    Map<String, Object> fields = new LinkedHashMap<>();
    envelope.sender().ifPresent(sender -> fields.put("sender", sender.toString()));
    if (!envelope.senderParameters().isEmpty()) {
      fields.put("senderParameters", envelope.senderParameters());
    }
    List<Map<String, Object>> recipients = new ArrayList<>();
    for (Recipient recipient : envelope.recipients()) {
      Map<String, Object> item = new LinkedHashMap<>();
      item.put("address", recipient.address().toString());
      if (!recipient.parameters().isEmpty()) {
        item.put("parameters", recipient.parameters());
      }
      recipients.add(item);
    }
    fields.put("recipients", recipients);
    Origin origin = envelope.origin();
    fields.put("receivedAt", origin.receivedAt().toString());
    origin.client().ifPresent(client -> fields.put("client", client));
    fields.put("helo", origin.helo());
    origin.tls().ifPresent(tls -> fields.put("tls", tls));
    origin.login().ifPresent(login -> fields.put("login", login.toString()));
    if (!origin.by().isEmpty()) {
      fields.put("by", origin.by());
    }
    origin.madeFrom().ifPresent(original -> fields.put("madeFrom", original.value()));
    return fields;
  }

  public static Envelope read(Fields fields) throws IOException {
    List<Recipient> recipients = new ArrayList<>();
    for (Fields item : fields.objects("recipients")) {
      recipients.add(new Recipient(item.address("address"), item.textMap("parameters")));
    }
    return new Envelope(
        fields.optionalAddress("sender"),
        fields.textMap("senderParameters"),
        recipients,
        new Origin(
            Instant.parse(fields.text("receivedAt")),
            fields.optionalText("client"),
            fields.text("helo"),
            fields.optionalText("tls"),
            fields.optionalAddress("login"),
            fields.optionalText("by").orElse(""),
            fields.optionalText("madeFrom").flatMap(MessageId::parse)));
  }
}

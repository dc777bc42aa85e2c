package skypost.mail.queue;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.json.Fields;
import skypost.mail.queue.Destination.Lease;
import skypost.mail.queue.Destination.Phase;
import skypost.mail.queue.Destination.Trouble;

/** What is known of a destination, as JSON; its name and version are kept beside it. */
public final class DestinationJson {
  private static final String UNTIL = "until";

  private DestinationJson() {}

  public static String write(Destination destination) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    switch (destination.phase()) {
      case Phase.Healthy() -> fields.put("phase", "healthy");
      case Phase.Deferred(int failures, Instant until) -> {
        fields.put("phase", "deferred");
        fields.put("failures", failures);
        fields.put(UNTIL, until.toString());
      }
      case Phase.Recovering(int window, Optional<EntryId> after) -> {
        fields.put("phase", "recovering");
        fields.put("window", window);
        after.ifPresent(entry -> fields.put("after", entry.toString()));
      }
    }
    destination
        .lease()
        .ifPresent(lease ->
            fields.put("lease", Map.of("holder", lease.holder(), UNTIL, lease.until().toString())));
    fields.put("troubles", destination.troubles().stream().map(DestinationJson::write).toList());
    return Fields.string(fields);
  }

  private static Map<String, Object> write(Trouble trouble) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("at", trouble.at().toString());
    fields.put("server", trouble.server());
    fields.put("reply", Fields.write(trouble.reply()));
    trouble.entry().ifPresent(entry -> fields.put("entry", entry.toString()));
    return fields;
  }

  public static Destination read(String domain, String json, long version) throws IOException {
    Fields fields = Fields.read(json);
    Optional<Lease> lease = Optional.empty();
    if (fields.has("lease")) {
      Fields held = fields.object("lease");
      lease = Optional.of(new Lease(held.text("holder"), Instant.parse(held.text(UNTIL))));
    }
    List<Trouble> troubles = new ArrayList<>();
    for (Fields item : fields.objects("troubles")) {
      troubles.add(
          new Trouble(
              Instant.parse(item.text("at")),
              item.text("server"),
              item.reply("reply"),
              item.optionalText("entry").flatMap(EntryId::parse)));
    }
    return new Destination(domain, phase(fields), lease, troubles, version);
  }

  private static Phase phase(Fields fields) throws IOException {
    return switch (fields.text("phase")) {
      case "healthy" -> new Phase.Healthy();
      case "deferred" ->
          new Phase.Deferred((int) fields.number("failures"), Instant.parse(fields.text(UNTIL)));
      case "recovering" ->
          new Phase.Recovering(
              (int) fields.number("window"), fields.optionalText("after").flatMap(EntryId::parse));
      default -> throw new IOException("no phase: " + fields.text("phase"));
    };
  }
}

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
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.queue.QueueOperation.Progress;
import skypost.mail.queue.QueueOperation.State;
import skypost.protocol.address.EmailAddress;

/** An operation as JSON. */
public final class OperationJson {
  private static final int SMTP_PORT = 25;

  private OperationJson() {}

  public static String write(QueueOperation operation) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("createdAt", operation.createdAt().toString());
    fields.put("filter", write(operation.filter()));
    fields.put("action", write(operation.action()));
    Progress progress = operation.progress();
    fields.put("state", progress.state().name());
    fields.put("step", progress.step());
    fields.put("done", progress.done());
    fields.put("failed", progress.failed());
    progress.cursor().ifPresent(cursor -> fields.put("cursor", cursor));
    fields.put("listed", progress.listed());
    fields.put("pending", progress.pending().stream().map(EntryId::toString).toList());
    return Fields.string(fields);
  }

  /** A filter as the API has it, but for the age, which is a moment here. */
  private static Map<String, Object> write(QueueFilter filter) {
    Map<String, Object> fields = new LinkedHashMap<>();
    filter.domain().ifPresent(domain -> fields.put("domain", domain));
    filter
        .sender()
        .ifPresent(sender -> fields.put("sender", sender.map(EmailAddress::toString).orElse("")));
    filter.status().ifPresent(status -> fields.put("status", status.name()));
    filter.recipient().ifPresent(recipient -> fields.put("recipient", recipient.toString()));
    filter.acceptedBefore().ifPresent(moment -> fields.put("acceptedBefore", moment.toString()));
    return fields;
  }

  private static Map<String, Object> write(QueueAction action) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("do", action.word());
    switch (action) {
      case QueueAction.Reroute(Optional<HostPort> to) ->
          to.ifPresent(server -> fields.put("to", server.toString()));
      case QueueAction.Delete(boolean bounce) -> fields.put("bounce", bounce);
      case QueueAction.Retry(), QueueAction.Hold(), QueueAction.Release() -> {}
    }
    return fields;
  }

  public static QueueOperation read(OperationId id, String json) throws IOException {
    Fields fields = Fields.read(json);
    List<EntryId> pending = new ArrayList<>();
    for (String text : fields.texts("pending")) {
      pending.add(EntryId.parse(text).orElseThrow(() -> new IOException("no entry: " + text)));
    }
    Progress progress =
        new Progress(
            State.valueOf(fields.text("state")),
            (int) fields.number("step"),
            fields.number("done"),
            fields.number("failed"),
            fields.optionalText("cursor"),
            fields.flag("listed"),
            pending);
    return new QueueOperation(
        id,
        readFilter(fields.object("filter")),
        readAction(fields.object("action")),
        Instant.parse(fields.text("createdAt")),
        progress);
  }

  private static QueueFilter readFilter(Fields fields) throws IOException {
    Optional<Optional<EmailAddress>> sender = Optional.empty();
    if (fields.has("sender")) {
      sender =
          Optional.of(
              fields.text("sender").isEmpty()
                  ? Optional.empty()
                  : fields.optionalAddress("sender"));
    }
    return new QueueFilter(
        fields.optionalText("domain"),
        sender,
        fields.optionalText("status").map(Status::valueOf),
        fields.optionalAddress("recipient"),
        fields.optionalText("acceptedBefore").map(Instant::parse));
  }

  private static QueueAction readAction(Fields fields) throws IOException {
    return switch (fields.text("do")) {
      case "retry" -> new QueueAction.Retry();
      case "hold" -> new QueueAction.Hold();
      case "release" -> new QueueAction.Release();
      case "reroute" ->
          new QueueAction.Reroute(
              fields.optionalText("to").flatMap(to -> HostPort.parse(to, SMTP_PORT)));
      case "delete" -> new QueueAction.Delete(fields.flag("bounce"));
      default -> throw new IOException("no such action: " + fields.text("do"));
    };
  }
}

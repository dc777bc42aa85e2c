package skypost.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.admin.ManageOperations;
import skypost.mail.directory.HostPort;
import skypost.mail.queue.OperationId;
import skypost.mail.queue.QueueAction;
import skypost.mail.queue.QueueFilter;
import skypost.mail.queue.QueueOperation;
import skypost.protocol.address.EmailAddress;

/**
 * {@code /v1/queue/bulk} and {@code /v1/operations}: actions on all entries that a filter lets
 * through. They may take longer than a request may, so SendFunction carries them out.
 */
final class OperationRoutes {
  private static final String OPERATIONS = "/v1/operations/";

  private final ManageOperations operations;
  private final QueueMembers members;

  OperationRoutes(ManageOperations operations, QueueMembers members) {
    this.operations = operations;
    this.members = members;
  }

  List<Route> routes() {
    return List.of(
        Route.of("POST", "/v1/queue/bulk", this::begin),
        Route.of(
            "GET",
            OPERATIONS + "{id}",
            (request, path) ->
                Answers.of(request, operations.find(id(path)), OperationRoutes::render)));
  }

  private Response begin(Request request, Route.PathValues path) throws IOException, Refusal {
    Members body = Members.of(request, QueueMembers.BULK);
    body.required("filter"); // {} is everything, and must be meant
    QueueFilter filter = members.filter(body.object("filter", QueueMembers.FILTER));
    QueueAction action = members.action(body);
    body.check();
    QueueOperation operation = operations.begin(filter, action);
    return Response.json(202, render(operation)).with("location", OPERATIONS + operation.id());
  }

  private static OperationId id(Route.PathValues path) throws Refusal {
    return OperationId.parse(path.get("id"))
        .orElseThrow(() -> Answers.refused("id", "not the id of an operation"));
  }

  private static Map<String, Object> render(QueueOperation operation) {
    QueueOperation.Progress progress = operation.progress();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", operation.id().toString());
    fields.put("createdAt", operation.createdAt().toString());
    fields.put("action", operation.action().word());
    switch (operation.action()) {
      case QueueAction.Reroute(Optional<HostPort> to) ->
          fields.put("to", to.map(HostPort::toString).orElse(null));
      case QueueAction.Delete(boolean bounce) -> fields.put("bounce", bounce);
      case QueueAction.Retry(), QueueAction.Hold(), QueueAction.Release() -> {}
    }
    fields.put("filter", render(operation.filter()));
    fields.put("state", Members.spelled(progress.state()));
    fields.put("total", progress.total());
    fields.put("done", progress.done());
    fields.put("failed", progress.failed());
    return fields;
  }

  /** The age has become a moment, since it is not counted anew while the operation runs. */
  private static Map<String, Object> render(QueueFilter filter) {
    Map<String, Object> fields = new LinkedHashMap<>();
    filter.domain().ifPresent(domain -> fields.put("domain", domain));
    filter
        .sender()
        .ifPresent(sender -> fields.put("sender", sender.map(EmailAddress::toString).orElse("")));
    filter.status().ifPresent(status -> fields.put("status", Members.spelled(status)));
    filter.recipient().ifPresent(recipient -> fields.put("recipient", recipient.toString()));
    filter.acceptedBefore().ifPresent(moment -> fields.put("acceptedBefore", moment.toString()));
    return fields;
  }
}

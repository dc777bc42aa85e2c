package skypost.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import skypost.mail.admin.ManageQueue;
import skypost.mail.admin.Outcome;
import skypost.mail.admin.QueueTarget;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.QueueAction;
import skypost.mail.queue.QueueAction.Hold;
import skypost.mail.queue.QueueAction.Release;
import skypost.mail.queue.QueueAction.Retry;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Attempt;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueFilter;
import skypost.protocol.address.EmailAddress;

/** {@code /v1/queue}. An {@code {id}} is an entry's, or a message's for all its entries. */
final class QueueRoutes {
  private static final Set<String> REROUTE = Set.of("to");

  private final ManageQueue queue;
  private final QueueMembers members;

  QueueRoutes(ManageQueue queue, QueueMembers members) {
    this.queue = queue;
    this.members = members;
  }

  List<Route> routes() {
    String one = "/v1/queue/{id}";
    return List.of(
        Route.of(
            "GET",
            "/v1/queue",
            this::list,
            Stream.concat(QueueMembers.FILTER.stream(), Stream.of(Paging.LIMIT, Paging.NEXT))
                .toArray(String[]::new)),
        Route.of(
            "GET", one, (request, path) -> answer(request, target(path), queue.find(target(path)))),
        Route.of("DELETE", one, this::remove, "bounce"),
        Route.of("POST", one + "/retry", (request, path) -> act(request, path, new Retry())),
        Route.of("POST", one + "/hold", (request, path) -> act(request, path, new Hold())),
        Route.of("POST", one + "/release", (request, path) -> act(request, path, new Release())),
        Route.of("POST", one + "/reroute", this::reroute));
  }

  private Response list(Request request, Route.PathValues path) throws IOException, Refusal {
    Members query = Members.query(request, QueueMembers.FILTER);
    QueueFilter filter = members.filter(query);
    query.check();
    return Paging.of(request)
        .answer((limit, next) -> queue.list(filter, limit, next), QueueRoutes::render);
  }

  private Response remove(Request request, Route.PathValues path) throws IOException, Refusal {
    String bounce = request.parameter("bounce").orElse("false");
    if (!bounce.equals("true") && !bounce.equals("false")) {
      throw Answers.refused("bounce", "not true or false");
    }
    return Answers.gone(queue.act(target(path), new QueueAction.Delete(bounce.equals("true"))));
  }

  private Response reroute(Request request, Route.PathValues path) throws IOException, Refusal {
    Members body = Members.of(request, REROUTE);
    QueueAction action = members.reroute(body);
    body.check();
    return act(request, path, action);
  }

  private Response act(Request request, Route.PathValues path, QueueAction action)
      throws IOException, Refusal {
    return answer(request, target(path), queue.act(target(path), action));
  }

  private static Response answer(
      Request request, QueueTarget target, Outcome<List<QueueEntry>> outcome) throws Refusal {
    return Answers.of(
        request,
        outcome,
        entries ->
            switch (target) {
              case QueueTarget.One one -> render(entries.getFirst());
              case QueueTarget.All all ->
                  Map.of("items", entries.stream().map(QueueRoutes::render).toList());
            });
  }

  private static QueueTarget target(Route.PathValues path) throws Refusal {
    return QueueTarget.parse(path.get("id"))
        .orElseThrow(() -> Answers.refused("id", "not the id of a queue entry or of a message"));
  }

  private static Map<String, Object> render(QueueEntry entry) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", entry.id().toString());
    fields.put("message", entry.id().message().toString());
    fields.put("destination", entry.id().destination());
    fields.put("sender", entry.sender().map(EmailAddress::toString).orElse(""));
    fields.put("size", entry.size());
    fields.put("status", Members.spelled(entry.status()));
    fields.put("nextAttempt", entry.nextAttempt().toString());
    fields.put("attemptsMade", entry.attemptsMade());
    fields.put("recipients", entry.recipients().stream().map(QueueRoutes::render).toList());
    fields.put("attempts", entry.attempts().stream().map(QueueRoutes::render).toList());
    ByHand byHand = entry.byHand();
    byHand.route().ifPresent(route -> fields.put("route", route.toString()));
    if (!byHand.steps().isEmpty()) {
      fields.put("actions", byHand.steps().stream().map(QueueRoutes::render).toList());
    }
    return fields;
  }

  private static Map<String, Object> render(ByHand.Step step) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("at", step.at().toString());
    fields.put("action", Members.spelled(step.what()));
    fields.put("by", step.by());
    if (!step.detail().isEmpty()) {
      fields.put("detail", step.detail());
    }
    return fields;
  }

  private static Map<String, Object> render(QueuedRecipient recipient) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("address", recipient.address().toString());
    switch (recipient.end().orElse(null)) {
      case null -> fields.put("status", "waiting");
      case End.Sent(var reply) -> {
        fields.put("status", "delivered");
        fields.put("reply", reply.toString());
      }
      case End.Bounced(var reply) -> {
        fields.put("status", "bounced");
        fields.put("reply", reply.toString());
      }
      case End.Removed() -> fields.put("status", "removed");
    }
    return fields;
  }

  private static Map<String, Object> render(Attempt attempt) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("at", attempt.at().toString());
    fields.put("server", attempt.server());
    fields.put("tls", attempt.tls());
    fields.put("reply", attempt.reply().toString());
    return fields;
  }
}

package skypost.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import skypost.mail.admin.ManageQueue;
import skypost.mail.admin.Outcome;
import skypost.mail.admin.QueueFilter;
import skypost.mail.admin.QueueTarget;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Attempt;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.protocol.address.EmailAddress;

/** {@code /v1/queue}. An {@code {id}} is an entry's, or a message's for all its entries. */
final class QueueRoutes {
  private final ManageQueue queue;

  QueueRoutes(ManageQueue queue) {
    this.queue = queue;
  }

  List<Route> routes() {
    String one = "/v1/queue/{id}";
    return List.of(
        Route.of(
            "GET",
            "/v1/queue",
            this::list,
            "domain",
            "sender",
            "status",
            Paging.LIMIT,
            Paging.NEXT),
        Route.of(
            "GET", one, (request, path) -> answer(request, target(path), queue.find(target(path)))),
        Route.of("DELETE", one, this::remove, "bounce"),
        Route.of(
            "POST",
            one + "/retry",
            (request, path) -> answer(request, target(path), queue.retry(target(path)))),
        Route.of(
            "POST",
            one + "/hold",
            (request, path) -> answer(request, target(path), queue.hold(target(path)))),
        Route.of(
            "POST",
            one + "/release",
            (request, path) -> answer(request, target(path), queue.release(target(path)))));
  }

  private Response list(Request request, Route.PathValues path) throws IOException, Refusal {
    QueueFilter filter = new QueueFilter(Answers.domain(request), sender(request), status(request));
    return Paging.of(request)
        .answer((limit, next) -> queue.list(filter, limit, next), QueueRoutes::render);
  }

  private Response remove(Request request, Route.PathValues path) throws IOException, Refusal {
    String bounce = request.parameter("bounce").orElse("false");
    if (!bounce.equals("true") && !bounce.equals("false")) {
      throw Answers.refused("bounce", "not true or false");
    }
    return Answers.gone(queue.remove(target(path), bounce.equals("true")));
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

  /** The null sender is asked for as {@code sender=} or {@code sender=<>}. */
  private static Optional<Optional<EmailAddress>> sender(Request request) throws Refusal {
    Optional<String> text = request.parameter("sender");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (text.get().isEmpty() || text.get().equals("<>")) {
      return Optional.of(Optional.empty());
    }
    Optional<EmailAddress> address = EmailAddress.parse(text.get());
    if (address.isEmpty()) {
      throw Answers.refused("sender", "not an e-mail address");
    }
    return Optional.of(address);
  }

  private static Optional<Status> status(Request request) throws Refusal {
    Optional<String> text = request.parameter("status");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    for (Status status : Status.values()) {
      if (word(status).equals(text.get())) {
        return Optional.of(status);
      }
    }
    throw Answers.refused("status", "not one of queued, sending, deferred, held, done");
  }

  private static String word(Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, Object> render(QueueEntry entry) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", entry.id().toString());
    fields.put("message", entry.id().message().toString());
    fields.put("destination", entry.id().destination());
    fields.put("sender", entry.sender().map(EmailAddress::toString).orElse(""));
    fields.put("size", entry.size());
    fields.put("status", word(entry.status()));
    fields.put("nextAttempt", entry.nextAttempt().toString());
    fields.put("attemptsMade", entry.attemptsMade());
    fields.put("recipients", entry.recipients().stream().map(QueueRoutes::render).toList());
    fields.put("attempts", entry.attempts().stream().map(QueueRoutes::render).toList());
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

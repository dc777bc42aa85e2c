package skypost.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.admin.MessageTrace;
import skypost.mail.admin.MessageTrace.Event;
import skypost.mail.admin.TraceMessage;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/** {@code /v1/messages}: what became of a message. */
final class MessageRoutes {
  private final TraceMessage traces;

  MessageRoutes(TraceMessage traces) {
    this.traces = traces;
  }

  List<Route> routes() {
    return List.of(Route.of("GET", "/v1/messages/{id}", this::trace));
  }

  private Response trace(Request request, Route.PathValues path) throws IOException, Refusal {
    String text = path.get("id");
    MessageId id =
        MessageId.parse(text).orElseThrow(() -> Answers.refused("id", "not the id of a message"));
    MessageTrace trace =
        traces.of(id).orElseThrow(() -> new Refusal(Problem.notFound("message " + id)));
    return Response.json(200, render(trace));
  }

  private static Map<String, Object> render(MessageTrace trace) {
    Envelope envelope = trace.envelope();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", trace.id().toString());
    fields.put("acceptedAt", envelope.origin().receivedAt().toString());
    fields.put("from", envelope.sender().map(EmailAddress::toString).orElse(""));
    fields.put(
        "recipients",
        envelope.recipients().stream().map(recipient -> recipient.address().toString()).toList());
    envelope.origin().client().ifPresent(client -> fields.put("client", client));
    fields.put("helo", envelope.origin().helo());
    envelope.origin().tls().ifPresent(tls -> fields.put("tls", tls));
    envelope.origin().login().ifPresent(login -> fields.put("login", login.toString()));
    fields.put("size", trace.size());
    trace.subject().ifPresent(subject -> fields.put("subject", subject));
    fields.put("status", trace.state().word());
    fields.put("timeline", trace.timeline().stream().map(MessageRoutes::render).toList());
    return fields;
  }

  private static Map<String, Object> render(Event event) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("at", event.at().toString());
    fields.put("event", event.event());
    event.recipient().ifPresent(recipient -> fields.put("recipient", recipient.toString()));
    event.folder().ifPresent(folder -> fields.put("folder", folder));
    event.uid().ifPresent(uid -> fields.put("uid", uid));
    event.entry().ifPresent(entry -> fields.put("entry", entry));
    event.server().ifPresent(server -> fields.put("server", server));
    event.tls().ifPresent(tls -> fields.put("tls", tls));
    event.reply().ifPresent(reply -> fields.put("reply", reply.toString()));
    event.nextAttempt().ifPresent(next -> fields.put("nextAttempt", next.toString()));
    event.by().ifPresent(by -> fields.put("by", by));
    event.detail().ifPresent(detail -> fields.put("detail", detail));
    return fields;
  }
}

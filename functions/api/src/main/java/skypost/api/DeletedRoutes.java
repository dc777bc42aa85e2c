package skypost.api;

import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.admin.RecoverMessages;
import skypost.mail.admin.RecoverMessages.Many;
import skypost.mail.admin.RecoverMessages.Restored;
import skypost.mail.admin.RecoverMessages.Wanted;
import skypost.mail.mailbox.DeletedMessages.DeletedMessage;
import skypost.mail.message.MessageId;
import skypost.mail.sieve.message.Names;
import skypost.protocol.address.EmailAddress;

/** {@code /v1/users/{address}/deleted}: what was deleted, and its way back. */
final class DeletedRoutes {
  private static final Set<String> ONE = Set.of("folder");
  private static final Set<String> MANY = Set.of("since", "folder");

  private final RecoverMessages messages;

  DeletedRoutes(RecoverMessages messages) {
    this.messages = messages;
  }

  List<Route> routes() {
    String all = "/v1/users/{address}/deleted";
    return List.of(
        Route.of("GET", all, this::list, Paging.LIMIT, Paging.NEXT),
        Route.of("POST", all + "/restore", this::restoreMany),
        Route.of("POST", all + "/{id}/restore", this::restore));
  }

  private Response list(Request request, Route.PathValues path) throws IOException, Refusal {
    EmailAddress user = Answers.address(path);
    return Paging.of(request)
        .answer(
            (limit, next) -> Answers.found(messages.list(user, limit, next)),
            DeletedRoutes::render);
  }

  private Response restore(Request request, Route.PathValues path) throws IOException, Refusal {
    EmailAddress user = Answers.address(path);
    Members members = Members.of(request, ONE);
    Optional<String> folder = folder(members);
    members.check();
    Optional<MessageId> id = MessageId.parse(path.get("id"));
    if (id.isEmpty()) {
      throw new Refusal(Problem.notFound("deleted message " + path.get("id") + " of " + user));
    }
    return Answers.of(request, messages.restore(user, id.get(), folder), DeletedRoutes::render);
  }

  private Response restoreMany(Request request, Route.PathValues path) throws IOException, Refusal {
    EmailAddress user = Answers.address(path);
    Members members = Members.of(request, MANY);
    Wanted wanted =
        new Wanted(
            members.parsed("since", "a time such as 2026-11-25T08:00:00Z", DeletedRoutes::instant),
            folder(members));
    members.check();
    return Answers.of(request, messages.restore(user, wanted), DeletedRoutes::render);
  }

  private static Optional<String> folder(Members members) {
    return members
        .parsed(
            "folder", "the name of a folder", text -> Optional.of(text).filter(Names::isMailbox))
        .map(Names::mailbox);
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException malformed) {
      return Optional.empty();
    }
  }

  private static Map<String, Object> render(DeletedMessage message) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", message.id().toString());
    fields.put("folder", message.folder());
    fields.put("subject", message.message().subject());
    fields.put("flags", message.message().flags());
    fields.put("bytes", message.message().size());
    fields.put("deletedAt", message.at().toString());
    fields.put("until", message.until().toString());
    return fields;
  }

  private static Map<String, Object> render(Restored restored) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", restored.id().toString());
    fields.put("folder", restored.folder());
    fields.put("uid", restored.uid());
    return fields;
  }

  private static Map<String, Object> render(Many many) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("restored", many.restored());
    fields.put("left", many.left());
    fields.put("full", many.full());
    return fields;
  }
}

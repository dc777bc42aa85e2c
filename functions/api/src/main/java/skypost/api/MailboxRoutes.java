package skypost.api;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import skypost.mail.admin.ChangeMessages;
import skypost.mail.admin.InspectMailbox;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.FolderStatus;
import skypost.mail.mailbox.Mailboxes.Lease;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.mail.mailbox.MessageFlags.Changes;
import skypost.mail.mailbox.MessageFlags.FlagChange;
import skypost.mail.mailbox.MessageFlags.How;
import skypost.mail.message.Flags;
import skypost.protocol.address.EmailAddress;

/** What is under {@code /v1/users/{address}}: the mailbox, its folders and the maildrop. */
final class MailboxRoutes {
  private static final Set<String> CHANGE = Set.of("flags", "unchangedSince");
  private static final int MOST_FLAGS = 100;

  private final InspectMailbox mailboxes;
  private final ChangeMessages changes;

  MailboxRoutes(InspectMailbox mailboxes, ChangeMessages changes) {
    this.mailboxes = mailboxes;
    this.changes = changes;
  }

  List<Route> routes() {
    String lease = "/v1/users/{address}/maildrop/lease";
    return List.of(
        Route.of(
            "GET",
            "/v1/users/{address}/mailbox",
            (request, path) ->
                Answers.of(
                    request, mailboxes.status(Answers.address(path)), MailboxRoutes::render)),
        Route.of(
            "GET",
            "/v1/users/{address}/folders/{folder+}/messages",
            this::messages,
            Paging.LIMIT,
            Paging.NEXT),
        Route.of("PATCH", "/v1/users/{address}/folders/{folder+}/messages/{uid}", this::change),
        Route.of("GET", "/v1/users/{address}/folders/{folder+}/changes", this::since, "since"),
        Route.of(
            "GET",
            lease,
            (request, path) ->
                Answers.of(request, mailboxes.lease(Answers.address(path)), MailboxRoutes::render)),
        Route.of(
            "DELETE",
            lease,
            (request, path) -> Answers.gone(mailboxes.endLease(Answers.address(path)))));
  }

  private Response messages(Request request, Route.PathValues path) throws IOException, Refusal {
    EmailAddress user = Answers.address(path);
    return Paging.of(request)
        .answer(
            (limit, next) ->
                Answers.found(mailboxes.messages(user, path.get("folder"), limit, next)),
            MailboxRoutes::render);
  }

  private Response change(Request request, Route.PathValues path) throws IOException, Refusal {
    EmailAddress user = Answers.address(path);
    Members members = Members.patch(request, CHANGE);
    members.required("flags");
    Members flags = members.objectOf("flags", MOST_FLAGS);
    List<String> add = new ArrayList<>();
    List<String> remove = new ArrayList<>();
    for (String flag : flags.names()) {
      if (!Flags.isFlag(flag)) {
        flags.error(flag, "not a flag: a keyword, or one of " + String.join(" ", Flags.SYSTEM));
      } else { // RFC 7396 section 1: null takes a member away
        (flags.flag(flag, false) ? add : remove).add(flag);
      }
    }
    OptionalLong since =
        members
            .parsed("unchangedSince", "a mod-sequence", MailboxRoutes::modseq)
            .map(OptionalLong::of)
            .orElse(OptionalLong.empty());
    members.check();
    String uid = path.get("uid");
    if (!uid.matches("\\d{1,10}")) {
      throw new Refusal(Problem.notFound("message " + uid + " of " + user));
    }
    FlagChange change = new FlagChange(Set.of(Long.parseLong(uid)), How.ADD, add, remove, since);
    return Answers.of(
        request, changes.store(user, path.get("folder"), change), MailboxRoutes::render);
  }

  private Response since(Request request, Route.PathValues path) throws IOException, Refusal {
    Optional<Long> since = modseq(request.parameter("since").orElse("0"));
    if (since.isEmpty()) {
      throw Answers.refused("since", "not a mod-sequence");
    }
    return Answers.of(
        request,
        changes.since(Answers.address(path), path.get("folder"), since.get()),
        MailboxRoutes::render);
  }

  private static Optional<Long> modseq(String text) {
    try {
      return Optional.of(Long.parseLong(text)).filter(modseq -> modseq >= 0);
    } catch (NumberFormatException malformed) {
      return Optional.empty();
    }
  }

  /** The counters above the folders are INBOX's, as POP3's STAT says them. */
  private static Map<String, Object> render(MailboxStatus status) {
    FolderStatus inbox = status.folder(Mailboxes.INBOX);
    Map<String, Object> folders = new LinkedHashMap<>();
    long validity = status.uidValidity();
    folders.put(Mailboxes.INBOX, render(inbox, validity)); // also before the first delivery
    status.folders().forEach(folder -> folders.put(folder.name(), render(folder, validity)));
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("messages", inbox.messages());
    fields.put("bytes", inbox.bytes());
    fields.put("quotaBytes", status.quotaBytes());
    fields.put("folders", folders);
    return fields;
  }

  private static Map<String, Object> render(FolderStatus folder, long uidValidity) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("messages", folder.messages());
    fields.put("bytes", folder.bytes());
    fields.put("uidNext", folder.uidNext());
    fields.put("uidValidity", uidValidity);
    fields.put("highestModseq", Long.toString(folder.highestModseq()));
    return fields;
  }

  /** Mod-sequences are texts: they have 63 bits, and numbers of JSON are often read as doubles. */
  private static Map<String, Object> render(Changes changes) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("highestModseq", Long.toString(changes.highest()));
    fields.put("items", changes.messages().stream().map(MailboxRoutes::render).toList());
    fields.put(
        "vanished",
        changes.vanished().stream()
            .map(range -> Map.of("first", range.first(), "last", range.last()))
            .toList());
    return fields;
  }

  private static Map<String, Object> render(MailboxMessage message) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("uid", message.uid());
    fields.put("id", message.id().toString());
    fields.put("subject", message.subject());
    fields.put("flags", message.flags());
    fields.put("bytes", message.size());
    fields.put("modseq", Long.toString(message.modseq()));
    return fields;
  }

  private static Map<String, Object> render(Lease lease) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("holder", lease.holder());
    fields.put("until", lease.until().toString());
    return fields;
  }
}

package skypost.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.admin.InspectMailbox;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.FolderStatus;
import skypost.mail.mailbox.Mailboxes.Lease;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.protocol.address.EmailAddress;

/** What is under {@code /v1/users/{address}}: the mailbox, its folders and the maildrop. */
final class MailboxRoutes {
  private final InspectMailbox mailboxes;

  MailboxRoutes(InspectMailbox mailboxes) {
    this.mailboxes = mailboxes;
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

  /** The counters above the folders are INBOX's, as POP3's STAT says them. */
  private static Map<String, Object> render(MailboxStatus status) {
    FolderStatus inbox = status.folder(Mailboxes.INBOX);
    Map<String, Object> folders = new LinkedHashMap<>();
    folders.put(Mailboxes.INBOX, render(inbox)); // also before the first delivery
    status.folders().forEach(folder -> folders.put(folder.name(), render(folder)));
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("messages", inbox.messages());
    fields.put("bytes", inbox.bytes());
    fields.put("quotaBytes", status.quotaBytes());
    fields.put("folders", folders);
    return fields;
  }

  private static Map<String, Object> render(FolderStatus folder) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("messages", folder.messages());
    fields.put("bytes", folder.bytes());
    fields.put("uidNext", folder.uidNext());
    return fields;
  }

  private static Map<String, Object> render(MailboxMessage message) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("uid", message.uid());
    fields.put("id", message.id().toString());
    fields.put("subject", message.subject());
    fields.put("flags", message.flags());
    fields.put("bytes", message.size());
    return fields;
  }

  private static Map<String, Object> render(Lease lease) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("holder", lease.holder());
    fields.put("until", lease.until().toString());
    return fields;
  }
}

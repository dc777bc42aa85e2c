package skypost.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.admin.ManageTransfers;
import skypost.mail.admin.ManageTransfers.Link;
import skypost.mail.admin.Outcome;
import skypost.mail.admin.TransferAtOnce;
import skypost.mail.admin.TransferAtOnce.Exported;
import skypost.mail.archive.ArchiveFormat;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.transfer.Export;
import skypost.mail.transfer.Import;
import skypost.mail.transfer.Transfer;
import skypost.mail.transfer.TransferId;
import skypost.mail.transfer.TransferKey;

/**
 * {@code /v1/users/{address}/exports} and {@code …/imports}. Neither the octets of a mailbox nor
 * the time that they take fit into a request: TransferFunction moves them, and clients fetch and
 * put archives at S3 itself, by URLs that are good for an hour.
 */
final class TransferRoutes {
  private static final String EXPORTS = "/v1/users/{address}/exports";
  private static final String IMPORTS = "/v1/users/{address}/imports";
  private static final Set<String> EXPORT = Set.of("format", "folders");
  private static final Set<String> IMPORT = Set.of("format", "folder");
  private static final int MAX_FOLDERS = 1000;

  private static final String FORMAT = "format";
  private static final String FOLDER = "folder";

  private final ManageTransfers transfers;
  private final TransferAtOnce atOnce;

  TransferRoutes(ManageTransfers transfers, TransferAtOnce atOnce) {
    this.transfers = transfers;
    this.atOnce = atOnce;
  }

  List<Route> routes() {
    return List.of(
        Route.of("GET", "/v1/users/{address}/export", this::exportAtOnce, FORMAT),
        Route.of("POST", "/v1/users/{address}/import", this::importAtOnce, FORMAT, FOLDER),
        Route.of("POST", EXPORTS, this::export),
        Route.of(
            "GET",
            EXPORTS + "/{id}",
            (request, path) -> Answers.of(request, transfers.findExport(key(path)), this::render)),
        Route.of(
            "DELETE",
            EXPORTS + "/{id}",
            (request, path) -> Answers.gone(transfers.endExport(key(path)))),
        Route.of("POST", IMPORTS, this::begin),
        Route.of(
            "GET",
            IMPORTS + "/{id}",
            (request, path) -> Answers.of(request, transfers.findImport(key(path)), this::render)),
        Route.of(
            "POST",
            IMPORTS + "/{id}/start",
            (request, path) -> {
              Members.of(request, Set.of()).check();
              return accepted(request, transfers.start(key(path)), "");
            }),
        Route.of(
            "DELETE",
            IMPORTS + "/{id}",
            (request, path) -> Answers.gone(transfers.endImport(key(path)))));
  }

  private Response export(Request request, Route.PathValues path) throws IOException, Refusal {
    Members body = Members.of(request, EXPORT);
    Optional<ArchiveFormat> format = format(body);
    Set<String> folders =
        new LinkedHashSet<>(
            body.list("folders", "the name of a folder", MAX_FOLDERS, Optional::of));
    body.check();
    Outcome<Export> outcome =
        transfers.export(Answers.address(path), format.orElseThrow(), folders);
    Export export = Answers.found(outcome);
    return Response.json(202, render(export))
        .with("location", request.path() + "/" + export.key().id());
  }

  /** A small mailbox is the answer; a larger one's archive is elsewhere, or still being made. */
  private Response exportAtOnce(Request request, Route.PathValues path)
      throws IOException, Refusal {
    ArchiveFormat format = format(request).orElse(ArchiveFormat.MBOX);
    Exported exported = Answers.found(atOnce.export(Answers.address(path), format));
    Export export = exported.export();
    if (exported.octets().isPresent()) {
      String name = export.key().user() + "." + format.suffix();
      return Response.octets(format.mediaType(), exported.octets().get())
          .with("content-disposition", "attachment; filename=\"" + name.replace("\"", "") + "\"");
    }
    Optional<Link> link = transfers.download(export);
    return link.isPresent()
        ? Response.json(303, render(export)).with("location", link.get().url().toString())
        : Response.json(202, render(export)).with("location", below(request, "exports", export));
  }

  private Response importAtOnce(Request request, Route.PathValues path)
      throws IOException, Refusal {
    if (request.body().length > TransferAtOnce.MOST) {
      throw new Refusal(Problem.tooLarge(TransferAtOnce.MOST));
    }
    Optional<String> type = request.mediaType();
    ArchiveFormat format =
        format(request)
            .orElse(
                type.filter(ArchiveFormat.MAILDIR.mediaType()::equals).isPresent()
                    ? ArchiveFormat.MAILDIR
                    : ArchiveFormat.MBOX);
    String folder = request.parameter(FOLDER).orElse(Mailboxes.INBOX);
    Import imported =
        Answers.found(atOnce.imported(Answers.address(path), format, folder, request.body()));
    int status = imported.status().isRunning() ? 202 : 200;
    return Response.json(status, render(imported))
        .with("location", below(request, "imports", imported));
  }

  private static Optional<ArchiveFormat> format(Request request) throws Refusal {
    Optional<String> word = request.parameter(FORMAT);
    Optional<ArchiveFormat> format = word.flatMap(ArchiveFormat::parse);
    if (word.isPresent() && format.isEmpty()) {
      throw Answers.refused(FORMAT, "one of mbox, maildir");
    }
    return format;
  }

  private static String below(Request request, String kind, Transfer transfer) {
    String user = request.path().substring(0, request.path().lastIndexOf('/'));
    return user + "/" + kind + "/" + transfer.key().id();
  }

  private Response begin(Request request, Route.PathValues path) throws IOException, Refusal {
    Members body = Members.of(request, IMPORT);
    Optional<ArchiveFormat> format = format(body);
    String folder = body.text("folder").orElse(Mailboxes.INBOX);
    body.check();
    Outcome<Import> outcome = transfers.begin(Answers.address(path), format.orElseThrow(), folder);
    return accepted(request, outcome, "/" + Answers.found(outcome).key().id());
  }

  private Response accepted(Request request, Outcome<Import> outcome, String below) throws Refusal {
    Response response = Response.json(202, render(Answers.found(outcome)));
    return below.isEmpty() ? response : response.with("location", request.path() + below);
  }

  private static Optional<ArchiveFormat> format(Members body) {
    body.required("format");
    return body.parsed("format", "one of mbox, maildir", ArchiveFormat::parse);
  }

  private static TransferKey key(Route.PathValues path) throws Refusal {
    TransferId id =
        TransferId.parse(path.get("id"))
            .orElseThrow(() -> Answers.refused("id", "not the id of an export or import"));
    return new TransferKey(Answers.address(path), id);
  }

  private Map<String, Object> render(Export export) {
    Export.Counts counts = export.progress().counts();
    Map<String, Object> fields = begin(export);
    fields.put("format", export.what().format().word());
    fields.put("folders", export.what().folders().stream().map(Export.Range::folder).toList());
    fields.put(
        "messages",
        Map.of(
            "total", export.what().messages(),
            "done", counts.messages(),
            "missing", counts.missing()));
    fields.put("bytes", Map.of("total", export.what().octets(), "written", counts.octets()));
    transfers.download(export).ifPresent(link -> fields.put("download", render(link, "GET")));
    return fields;
  }

  private Map<String, Object> render(Import imported) {
    Import.Progress progress = imported.progress();
    Map<String, Object> fields = begin(imported);
    fields.put("format", imported.source().format().word());
    fields.put("folder", imported.source().folder());
    fields.put(
        "messages",
        Map.of(
            "read", progress.read(),
            "filed", progress.counts().filed(),
            "failed", progress.counts().failed()));
    fields.put("bytes", Map.of("total", imported.source().octets(), "read", progress.position()));
    fields.put(
        "faults",
        progress.counts().faults().stream()
            .map(fault -> Map.of("message", fault.message(), "reason", fault.reason()))
            .toList());
    transfers.upload(imported).ifPresent(link -> fields.put("upload", render(link, "PUT")));
    return fields;
  }

  private static Map<String, Object> begin(Transfer transfer) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", transfer.key().id().toString());
    fields.put("user", transfer.key().user().toString());
    fields.put("createdAt", transfer.createdAt().toString());
    fields.put("state", Members.spelled(transfer.status().state()));
    if (!transfer.status().reason().isEmpty()) {
      fields.put("reason", transfer.status().reason());
    }
    return fields;
  }

  private static Map<String, Object> render(Link link, String method) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("method", method);
    fields.put("url", link.url().toString());
    fields.put("expires", link.expires().toString());
    return fields;
  }
}

package skypost.mail.transfer;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import skypost.mail.archive.ArchiveFormat;
import skypost.mail.json.Fields;
import skypost.mail.transfer.Export.Range;
import skypost.mail.transfer.Export.Upload;
import skypost.mail.transfer.Transfer.State;
import skypost.mail.transfer.Transfer.Status;

/** A transfer as JSON. */
public final class TransferJson {
  private TransferJson() {}

  public static String write(Transfer transfer) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("createdAt", transfer.createdAt().toString());
    fields.put("state", transfer.status().state().name());
    fields.put("step", transfer.status().step());
    fields.put("reason", transfer.status().reason());
    switch (transfer) {
      case Export export -> write(export, fields);
      case Import imported -> write(imported, fields);
    }
    return Fields.string(fields);
  }

  private static void write(Export export, Map<String, Object> fields) {
    fields.put("export", export.what().format().word());
    fields.put(
        "folders",
        export.what().folders().stream()
            .map(range -> Map.of("name", range.folder(), "uidNext", range.uidNext()))
            .toList());
    fields.put("messages", export.what().messages());
    fields.put("octets", export.what().octets());
    Export.Progress progress = export.progress();
    fields.put("folder", progress.folder());
    fields.put("uid", progress.uid());
    fields.put("keywords", progress.keywords());
    fields.put("written", progress.counts().messages());
    fields.put("missing", progress.counts().missing());
    fields.put("writtenOctets", progress.counts().octets());
    progress
        .upload()
        .ifPresent(upload ->
            fields.put(
                "upload",
                Map.of(
                    "id",
                    upload.id(),
                    "parts",
                    upload.parts(),
                    "digest",
                    upload.digest(),
                    "complete",
                    upload.complete())));
  }

  private static void write(Import imported, Map<String, Object> fields) {
    Import.Source source = imported.source();
    Import.Progress progress = imported.progress();
    fields.put("import", source.format().word());
    fields.put("folder", source.folder());
    fields.put("octets", source.octets());
    fields.put("read", progress.read());
    fields.put("position", progress.position());
    progress.batchAt().ifPresent(at -> fields.put("batchAt", at.toString()));
    fields.put("filed", progress.counts().filed());
    fields.put("failed", progress.counts().failed());
    fields.put(
        "faults",
        progress.counts().faults().stream()
            .map(fault -> Map.of("message", fault.message(), "reason", fault.reason()))
            .toList());
    fields.put("keywords", progress.seen().keywords());
    fields.put("folders", progress.seen().folders());
  }

  public static Transfer read(TransferKey key, String json) throws IOException {
    Fields fields = Fields.read(json);
    Instant createdAt = Instant.parse(fields.text("createdAt"));
    Status status =
        new Status(
            State.valueOf(fields.text("state")),
            (int) fields.number("step"),
            fields.text("reason"));
    if (fields.has("export")) {
      return new Export(key, createdAt, selection(fields), exported(fields), status);
    }
    var source =
        new Import.Source(
            format(fields.text("import")), fields.text("folder"), fields.number("octets"));
    return new Import(key, createdAt, source, imported(fields), status);
  }

  private static ArchiveFormat format(String word) throws IOException {
    return ArchiveFormat.parse(word).orElseThrow(() -> new IOException("no format: " + word));
  }

  private static Export.Selection selection(Fields fields) throws IOException {
    List<Range> folders = new ArrayList<>();
    for (Fields range : fields.objects("folders")) {
      folders.add(new Range(range.text("name"), range.number("uidNext")));
    }
    return new Export.Selection(
        format(fields.text("export")), folders, fields.number("messages"), fields.number("octets"));
  }

  private static Export.Progress exported(Fields fields) throws IOException {
    Optional<Upload> upload = Optional.empty();
    if (fields.has("upload")) {
      Fields of = fields.object("upload");
      upload =
          Optional.of(
              new Upload(
                  of.text("id"), (int) of.number("parts"), of.text("digest"), of.flag("complete")));
    }
    return new Export.Progress(
        (int) fields.number("folder"),
        fields.number("uid"),
        fields.texts("keywords"),
        new Export.Counts(
            fields.number("written"), fields.number("missing"), fields.number("writtenOctets")),
        upload);
  }

  private static Import.Progress imported(Fields fields) throws IOException {
    List<Import.Fault> faults = new ArrayList<>();
    for (Fields fault : fields.objects("faults")) {
      faults.add(new Import.Fault(fault.number("message"), fault.text("reason")));
    }
    Fields letters = fields.object("keywords");
    Map<String, List<String>> keywords = new TreeMap<>();
    for (String directory : letters.keys()) {
      keywords.put(directory, letters.texts(directory));
    }
    return new Import.Progress(
        fields.number("read"),
        fields.number("position"),
        fields.optionalText("batchAt").map(Instant::parse),
        new Import.Counts(fields.number("filed"), fields.number("failed"), faults),
        new Import.Seen(keywords, fields.texts("folders")));
  }
}

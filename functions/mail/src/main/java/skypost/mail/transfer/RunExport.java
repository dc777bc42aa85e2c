package skypost.mail.transfer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import skypost.mail.archive.ArchiveWriter;
import skypost.mail.archive.KeptMessage;
import skypost.mail.mailbox.FinalDelivery;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.message.SenderResults;
import skypost.mail.message.StoredMessages;
import skypost.mail.message.StoredMessages.StoredMessage;
import skypost.mail.transfer.Export.Counts;
import skypost.mail.transfer.Export.Progress;
import skypost.mail.transfer.Export.Range;
import skypost.mail.transfer.Export.Upload;
import skypost.mail.transfer.ExportObjects.NoSuchUploadException;
import skypost.mail.transfer.Transfer.State;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;

/**
 * Carries an export on until it is done, or until the time is over. It may die anywhere: whoever
 * takes over writes what is recorded in no part again, under the same numbers.
 */
public final class RunExport {
  /** What it works on. */
  public record Ports(
      Transfers transfers, ExportObjects objects, Mailboxes mailboxes, StoredMessages messages) {}

  private final Ports ports;
  private final Clock clock;

  public RunExport(Ports ports, Clock clock) {
    this.ports = ports;
    this.clock = clock;
  }

  /**
   * Carries it on.
   *
   * @param deadline by which it must have handed it on
   * @throws IOException when it must be woken again
   */
  public void run(Export found, Instant deadline) throws IOException {
    Export claimed = found.with(found.progress()); // whoever else runs it stops at his next record
    if (!ports.transfers().replace(found, claimed)) {
      return;
    }
    try {
      if (!new Run(claimed, deadline).carryOn()) {
        ports.transfers().wake(claimed.key());
      }
    } catch (Overtaken overtaken) {
      EventLog.info("export").with("export", found.key().id()).with("reason", "overtaken").write();
    }
  }

  /** Somebody else has carried it on, or it was cancelled. */
  private static final class Overtaken extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** One export, in one invocation. */
  private final class Run {
    private final Instant deadline;
    private final EmailAddress user;
    private Export export;
    private PartStream stream;
    private ArchiveWriter writer;
    private Progress written; // also what is in no part yet

    Run(Export export, Instant deadline) {
      this.export = export;
      this.deadline = deadline;
      this.user = export.key().user();
    }

    /** True when there is nothing left to do. */
    boolean carryOn() throws IOException {
      try {
        begin();
        return finishedBefore() || write();
      } catch (NoSuchUploadException gone) {
        // Completed by one who died before he could say so; cancelled; or older than its rule
        // allows
        return startAgain();
      } catch (Overtaken overtaken) {
        stream.abandon();
        throw overtaken;
      }
    }

    private void begin() {
      stream = new PartStream(ports.objects(), export);
      writer = ArchiveWriter.of(export.what().format(), stream);
      written = export.progress();
    }

    private boolean finishedBefore() throws IOException {
      if (written.upload().filter(Upload::complete).isEmpty()) {
        return false;
      }
      if (!ports.objects().exists(export.key())) {
        complete();
      }
      done();
      return true;
    }

    private boolean startAgain() throws IOException {
      EventLog.warn("export")
          .with("export", export.key().id())
          .with("reason", "started again")
          .write();
      record(export.again());
      return false;
    }

    private boolean write() throws IOException {
      List<Range> folders = export.what().folders();
      while (written.folder() < folders.size()) {
        Range range = folders.get(written.folder());
        Optional<Mailboxes.Snapshot> snapshot = ports.mailboxes().open(user, range.folder());
        if (snapshot.isEmpty()) {
          record(export.with(State.FAILED, "the mailbox is gone"));
          stream.abandon();
          export.progress().upload().ifPresent(this::abort);
          return true;
        }
        List<MailboxMessage> all =
            snapshot.get().messages().stream()
                .filter(message -> message.uid() < range.uidNext())
                .toList();
        if (!folder(range, all)) {
          return false;
        }
        written =
            new Progress(written.folder() + 1, 0, List.of(), written.counts(), Optional.empty());
      }
      writer.end();
      close();
      return true;
    }

    private void abort(Upload upload) {
      try {
        ports.objects().abort(export.key(), upload.id());
      } catch (IOException left) {
        // the bucket's rule ends it
        EventLog.warn("export").with("export", export.key().id()).cause(left).write();
      }
    }

    /** False when time is over. */
    private boolean folder(Range range, List<MailboxMessage> all) throws IOException {
      long from = written.uid();
      List<String> keywords =
          from > 0
              ? written.keywords()
              : all.stream().flatMap(each -> each.flags().stream()).distinct().toList();
      keywords = ArchiveWriter.keywords(keywords);
      writer.folder(range.folder(), keywords, from == 0);
      List<MailboxMessage> rest = all.stream().filter(each -> each.uid() > from).toList();
      try (ReadAhead ahead = new ReadAhead(rest, this::fetch)) {
        while (ahead.hasNext()) {
          if (!clock.instant().isBefore(deadline)) {
            return false;
          }
          long uid = ahead.peek().uid();
          Counts counts = message(ahead.next());
          written = new Progress(written.folder(), uid, keywords, counts, Optional.empty());
          if (stream.hasPart()) {
            stream.flushPart();
            recordParts(stream.upload());
          }
        }
      }
      return true;
    }

    private Counts message(Optional<Fetched> fetched) throws IOException {
      Counts counts = written.counts();
      if (fetched.isEmpty()) {
        return new Counts(counts.messages(), counts.missing() + 1, stream.octets());
      }
      try (Fetched message = fetched.get()) {
        writer.message(message.message());
      }
      return new Counts(counts.messages() + 1, counts.missing(), stream.octets());
    }

    private Optional<Fetched> fetch(MailboxMessage message) throws IOException {
      Optional<StoredMessage> stored = ports.messages().open(message.id());
      if (stored.isEmpty()) {
        return Optional.empty();
      }
      try (StoredMessage open = stored.get()) {
        SenderResults results = SenderResults.unpack(message.results(), open.envelope());
        Spool spool = Spool.of(results.purge(open.content()));
        byte[] headers = FinalDelivery.headers(open.envelope(), user, results);
        byte[] delivery =
            new String(headers, StandardCharsets.UTF_8)
                .replace("\r\n", "\n")
                .getBytes(StandardCharsets.UTF_8);
        var kept =
            new KeptMessage(
                message.id(),
                message.flags(),
                open.envelope().origin().receivedAt(),
                open.envelope().sender(),
                delivery,
                !results.isEmpty(),
                spool);
        return Optional.of(new Fetched(kept, spool));
      }
    }

    private void close() throws IOException {
      if (stream.upload().isEmpty()) {
        stream.putWhole();
        done();
        return;
      }
      stream.flushPart();
      // Recorded before it is done: whoever finds no upload then knows that it was completed
      recordParts(stream.upload().map(Upload::completed));
      complete();
      done();
    }

    private void complete() throws IOException {
      Upload upload = export.progress().upload().orElseThrow();
      List<String> tags = ports.objects().tags(export.key(), upload.id(), upload.parts());
      if (!upload.consistsOf(tags)) {
        abort(upload);
        throw new NoSuchUploadException(upload.id() + ": its parts are another's");
      }
      ports.objects().complete(export.key(), upload.id(), tags);
    }

    private void done() throws IOException {
      Progress last = written.withOctets(stream.octets()).with(export.progress().upload());
      Export done = export.with(last).with(State.DONE, "");
      if (!ports.transfers().replace(export, done)) {
        if (ports.transfers().find(export.key()).isEmpty()) {
          ports.objects().delete(export.key()); // it was cancelled meanwhile
        }
        throw new Overtaken();
      }
      EventLog.info("export")
          .with("export", export.key().id())
          .with("user", user)
          .with("messages", last.counts().messages())
          .with("octets", last.counts().octets())
          .write();
    }

    private void recordParts(Optional<Upload> upload) throws IOException {
      written = written.withOctets(stream.octets()).with(upload);
      record(export.with(written));
      stream.isRecorded();
    }

    private void record(Export wanted) throws IOException {
      if (!ports.transfers().replace(export, wanted)) {
        throw new Overtaken();
      }
      export = wanted;
    }
  }
}

package skypost.mail.transfer;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import skypost.mail.archive.ArchiveReader;
import skypost.mail.archive.ArchivedMessage;
import skypost.mail.archive.BrokenArchiveException;
import skypost.mail.transfer.FileArchived.Settled;
import skypost.mail.transfer.FileArchived.Stop;
import skypost.mail.transfer.Import.Counts;
import skypost.mail.transfer.Import.Fault;
import skypost.mail.transfer.Import.Progress;
import skypost.mail.transfer.Import.Seen;
import skypost.mail.transfer.Transfer.State;
import skypost.protocol.log.EventLog;

/**
 * Carries an import on until it is done, or until the time is over. It may die anywhere: the
 * messages since the last record are then filed again, under the same ids, and so not twice.
 */
public final class RunImport {
  /** Messages between two records of progress: as many are stored again after a crash. */
  static final int BATCH = 100;

  /** Or so long, where they are large. */
  private static final Duration BATCH_TIME = Duration.ofSeconds(30);

  private final Transfers transfers;
  private final ImportObjects objects;
  private final FileArchived.Ports ports;
  private final Clock clock;

  public RunImport(
      Transfers transfers, ImportObjects objects, FileArchived.Ports ports, Clock clock) {
    this.transfers = transfers;
    this.objects = objects;
    this.ports = ports;
    this.clock = clock;
  }

  /**
   * Carries it on.
   *
   * @param deadline by which it must have handed it on
   * @throws IOException when it must be woken again
   */
  public void run(Import found, Instant deadline) throws IOException {
    // The time of a batch that was begun stays; whoever else runs it stops at his next record
    Import claimed = found.with(found.progress().at(clock.instant()));
    if (transfers.replace(found, claimed) && !new Run(claimed, deadline).carryOn()) {
      transfers.wake(claimed.key());
    }
  }

  /** One import, in one invocation. */
  private final class Run {
    private final Instant deadline;
    private final Set<String> folders;
    private Import recorded;
    private long read;
    private Counts counts;
    private Instant batchStarted;

    Run(Import claimed, Instant deadline) {
      this.recorded = claimed;
      this.deadline = deadline;
      this.read = claimed.progress().read();
      this.counts = claimed.progress().counts();
      this.folders = new TreeSet<>(claimed.progress().seen().folders());
    }

    /** True when it is not to be carried on. */
    boolean carryOn() throws IOException {
      Import.Source what = recorded.source();
      Progress start = recorded.progress();
      try (ImportSource source =
              ImportSource.open(objects, recorded.key(), what.octets(), start.position());
          FileArchived filing = new FileArchived(ports, recorded, folders, clock)) {
        ArchiveReader reader =
            ArchiveReader.of(what.format(), source, start.position(), start.seen().keywords());
        return read(reader, filing);
      } catch (BrokenArchiveException broken) { // before the first message
        end(State.FAILED, broken.getMessage(), start);
        return true;
      }
    }

    private boolean read(ArchiveReader reader, FileArchived filing) throws IOException {
      batchStarted = clock.instant();
      while (true) {
        boolean more;
        try {
          more = take(reader, filing);
        } catch (BrokenArchiveException broken) { // what came before it is filed
          Stop why = new Stop(State.FAILED, broken.getMessage());
          return settle(reader, filing, Optional.of(why));
        }
        boolean isOver = !clock.instant().isBefore(deadline);
        if (!more || isOver || filing.isStopped() || isBatch()) {
          Stop done = new Stop(State.DONE, "");
          if (settle(reader, filing, more ? Optional.empty() : Optional.of(done))) {
            return true;
          }
          if (isOver) {
            return false;
          }
          batchStarted = clock.instant();
        }
      }
    }

    private boolean take(ArchiveReader reader, FileArchived filing) throws IOException {
      Optional<ArchivedMessage> next = reader.next();
      if (next.isPresent()) {
        filing.take(next.get(), read, recorded.progress().batchAt().orElseThrow());
        next.get().content().transferTo(OutputStream.nullOutputStream());
        filing.endsAt(reader.position());
        read++;
      }
      return next.isPresent();
    }

    private boolean isBatch() {
      return read - recorded.progress().read() >= BATCH
          || Duration.between(batchStarted, clock.instant()).compareTo(BATCH_TIME) >= 0;
    }

    /**
     * Files what was taken, and records it.
     *
     * @param end how it ends when nothing stops it before; empty: it goes on
     * @return true when it is not to be carried on
     */
    private boolean settle(ArchiveReader reader, FileArchived filing, Optional<Stop> end)
        throws IOException {
      Settled settled = filing.settle();
      counts = counts.filed(settled.filed());
      for (Fault fault : settled.faults()) {
        counts = counts.failed(fault);
      }
      read = settled.read();
      Progress there =
          new Progress(
              read,
              settled.position(),
              Optional.of(clock.instant()),
              counts,
              new Seen(reader.keywords(), List.copyOf(folders)));
      Optional<Stop> stop = settled.stop().or(() -> end);
      if (stop.isPresent()) {
        if (end(stop.get().state(), stop.get().reason(), there)) {
          filing.forget(settled.unfiled());
        }
        return true;
      }
      return !record(recorded.with(there));
    }

    /** False when it was not for us to end. */
    private boolean end(State state, String reason, Progress progress) throws IOException {
      boolean isOurs = record(recorded.with(progress, state, reason));
      if (isOurs) {
        EventLog.info("import")
            .with("import", recorded.key().id())
            .with("user", recorded.key().user())
            .with("state", state)
            .with("filed", counts.filed())
            .with("failed", counts.failed())
            .with("reason", reason)
            .write();
      }
      return isOurs;
    }

    /** False when somebody else has carried it on, or it was cancelled. */
    private boolean record(Import wanted) throws IOException {
      boolean isOurs = transfers.replace(recorded, wanted);
      recorded = wanted;
      return isOurs;
    }
  }
}

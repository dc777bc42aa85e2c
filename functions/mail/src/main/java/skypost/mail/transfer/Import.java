package skypost.mail.transfer;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.archive.ArchiveFormat;

/**
 * An archive on its way into a mailbox.
 *
 * @param source what is read
 * @param progress how much of it is filed
 */
public record Import(
    TransferKey key, Instant createdAt, Source source, Progress progress, Status status)
    implements Transfer {

  /**
   * What is read.
   *
   * @param folder of messages that do not say where they belong
   * @param octets of the uploaded object; 0 before it is
   */
  public record Source(ArchiveFormat format, String folder, long octets) {}

  /**
   * How far it is.
   *
   * @param read messages of the archive that are dealt with; the next one has this ordinal
   * @param position in the archive, not compressed, where the next one begins
   * @param batchAt the time in the ids of the messages that are dealt with next. It is recorded
   *     before the first of them is filed, so that a repetition gives the same ids.
   * @param counts what became of them
   * @param seen what the archive has said so far, and later messages need
   */
  public record Progress(
      long read, long position, Optional<Instant> batchAt, Counts counts, Seen seen) {
    static final Progress NONE =
        new Progress(0, 0, Optional.empty(), Counts.NONE, new Seen(Map.of(), List.of()));

    /** With a time for the batch, unless it has one. */
    Progress at(Instant now) {
      return new Progress(read, position, batchAt.or(() -> Optional.of(now)), counts, seen);
    }
  }

  /**
   * @param filed messages in the mailbox
   * @param faults of messages that were left out; the first ones are told
   */
  public record Counts(long filed, long failed, List<Fault> faults) {
    private static final int TOLD = 20;
    static final Counts NONE = new Counts(0, 0, List.of());

    public Counts {
      faults = List.copyOf(faults);
    }

    Counts filed(long more) {
      return new Counts(filed + more, failed, faults);
    }

    Counts failed(Fault fault) {
      List<Fault> more = new ArrayList<>(faults);
      if (more.size() < TOLD) {
        more.add(fault);
      }
      return new Counts(filed, failed + 1, more);
    }
  }

  /**
   * A message that could not be filed.
   *
   * @param message its place in the archive, from 1
   * @param reason for a person
   */
  public record Fault(long message, String reason) {}

  /**
   * @param keywords what letters of flags mean, by directory
   * @param folders that messages were filed to
   */
  public record Seen(Map<String, List<String>> keywords, List<String> folders) {
    public Seen {
      keywords = Map.copyOf(keywords);
      folders = List.copyOf(folders);
    }
  }

  /** One that waits for its archive. */
  public static Import begin(TransferKey key, Instant now, ArchiveFormat format, String folder) {
    return new Import(
        key, now, new Source(format, folder, 0), Progress.NONE, Status.of(State.WAITING));
  }

  /** Running, where it stopped or from the beginning. */
  public Import started(long octets) {
    return new Import(
        key,
        createdAt,
        new Source(source.format, source.folder, octets),
        progress,
        status.next(State.RUNNING, ""));
  }

  Import with(Progress next) {
    return new Import(key, createdAt, source, next, status.next());
  }

  Import with(Progress next, State state, String reason) {
    return new Import(key, createdAt, source, next, status.next(state, reason));
  }
}

package skypost.mail.queue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One action on all entries that a filter lets through, and how far it is.
 *
 * @param id its id
 * @param filter which entries; of messages accepted before the operation, so that it ends
 * @param action what is done to each
 * @param createdAt when it was asked for
 * @param progress how far it is
 */
public record QueueOperation(
    OperationId id, QueueFilter filter, QueueAction action, Instant createdAt, Progress progress) {
  /** How far an operation is. */
  public enum State {
    RUNNING,
    DONE
  }

  /**
   * How far it is. Entries are first noted as pending, then dealt with, then counted: whoever takes
   * over from one that died half-way deals with the same ones again, finds what was done, and
   * counts each once.
   *
   * @param state whether there is more to do
   * @param step rises with each change
   * @param done entries that were dealt with
   * @param failed entries that could not be: an attempt was under way, or their state did not allow
   *     it
   * @param cursor where in the queue to go on; empty: at the beginning or, with {@code listed}, not
   *     at all
   * @param listed whether the queue was gone through to the end
   * @param pending entries to be dealt with next
   */
  public record Progress(
      State state,
      int step,
      long done,
      long failed,
      Optional<String> cursor,
      boolean listed,
      List<EntryId> pending) {
    static final Progress NONE =
        new Progress(State.RUNNING, 0, 0, 0, Optional.empty(), false, List.of());

    public Progress {
      pending = List.copyOf(pending);
    }

    /** Entries found so far. */
    public long total() {
      return done + failed + pending.size();
    }
  }

  /** One that has not begun. */
  public static QueueOperation begin(
      OperationId id, QueueFilter filter, QueueAction action, Instant now) {
    return new QueueOperation(id, filter.before(now), action, now, Progress.NONE);
  }

  /** With entries that were found. */
  public QueueOperation found(List<EntryId> entries, Optional<String> next) {
    State state = entries.isEmpty() && next.isEmpty() ? State.DONE : State.RUNNING;
    Progress p = progress;
    return with(new Progress(state, p.step + 1, p.done, p.failed, next, next.isEmpty(), entries));
  }

  /** With its pending entries dealt with. */
  public QueueOperation settled(long done, long failed) {
    Progress p = progress;
    State state = p.listed ? State.DONE : State.RUNNING;
    return with(
        new Progress(
            state, p.step + 1, p.done + done, p.failed + failed, p.cursor, p.listed, List.of()));
  }

  private QueueOperation with(Progress next) {
    return new QueueOperation(id, filter, action, createdAt, next);
  }

  /** Whether nothing is left to do. */
  public boolean isDone() {
    return progress.state == State.DONE;
  }
}

package skypost.mail.transfer;

import java.time.Instant;

/** An export or an import of a mailbox. */
public sealed interface Transfer permits Export, Import {
  TransferKey key();

  Instant createdAt();

  Status status();

  /** How far it is as a whole. */
  enum State {
    /** An import whose archive is still to come. */
    WAITING,
    RUNNING,
    DONE,
    /** The mailbox is full; what was filed stays, and the import may be started again. */
    OVER_QUOTA,
    /** It ended before its end. An import may be started again where it stopped. */
    FAILED
  }

  /**
   * Its state.
   *
   * @param step rises with each record of the transfer: of two that carry it on one is told
   * @param reason why it stopped, for a person; empty when it did not
   */
  record Status(State state, int step, String reason) {
    static Status of(State state) {
      return new Status(state, 0, "");
    }

    Status next() {
      return new Status(state, step + 1, reason);
    }

    Status next(State other, String why) {
      return new Status(other, step + 1, why);
    }

    public boolean isRunning() {
      return state == State.RUNNING;
    }
  }
}

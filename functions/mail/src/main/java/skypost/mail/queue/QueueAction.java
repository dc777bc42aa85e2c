package skypost.mail.queue;

import java.util.Optional;
import skypost.mail.directory.HostPort;

/** What an administrator can do to an entry of the outbound queue. */
public sealed interface QueueAction {
  /** Makes the next attempt due now. */
  record Retry() implements QueueAction {}

  /** Stops attempts until release. */
  record Hold() implements QueueAction {}

  /** Lets a held entry go on where its schedule was. */
  record Release() implements QueueAction {}

  /**
   * Sends it to a server of the administrator's choice from now on.
   *
   * @param to that server; empty: the usual way again
   */
  record Reroute(Optional<HostPort> to) implements QueueAction {}

  /**
   * Takes it out of the queue.
   *
   * @param bounce whether the sender is told (RFC 3464)
   */
  record Delete(boolean bounce) implements QueueAction {}

  /** As the API says it. */
  default String word() {
    return switch (this) {
      case Retry() -> "retry";
      case Hold() -> "hold";
      case Release() -> "release";
      case Reroute(_) -> "reroute";
      case Delete(_) -> "delete";
    };
  }
}

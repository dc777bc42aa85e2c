package skypost.mail.send;

import java.util.Optional;
import skypost.mail.queue.Destination.Trouble;
import skypost.mail.queue.EntryId;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Outcome;

/** What an attempt shows of its destination as such. */
public sealed interface Health {
  /** A server there dealt with the message, whatever it said of it. */
  record Up() implements Health {}

  /** No server there would deal with any message now. */
  record Down(String server, SmtpReply reply) implements Health {}

  /** The server fell silent, or hung up, in the middle; it may have been this message's fault. */
  record Silent(String server, SmtpReply reply) implements Health {}

  /** Nothing: there was no attempt, or the fault was ours. */
  record Unknown() implements Health {}

  /**
   * Reads it off a delivery. A refusal of some recipients, or of the message, is not the
   * destination's failure; no session, 421 (RFC 5321 section 3.8), and silence for all are.
   */
  static Health of(Courier.Delivery delivery) {
    boolean allDeferred =
        delivery.results().stream().allMatch(each -> each.outcome() instanceof Outcome.Deferred);
    if (!allDeferred) {
      return new Up();
    }
    SmtpReply reply = delivery.results().getLast().outcome().reply();
    if (delivery.server().isEmpty()
        || delivery.results().stream().anyMatch(each -> each.outcome().reply().code() == 421)) {
      return new Down(delivery.server(), Settlement.bounded(reply));
    }
    boolean allSilent =
        delivery.results().stream()
            .allMatch(each -> each.outcome().reply().enhanced().equals("4.4.2"));
    return allSilent ? new Silent(delivery.server(), Settlement.bounded(reply)) : new Up();
  }

  /** The failure that it is, if it is one. */
  default Optional<Trouble> trouble(EntryId entry, java.time.Instant at) {
    return switch (this) {
      case Up() -> Optional.empty();
      case Unknown() -> Optional.empty();
      case Down(String server, SmtpReply reply) ->
          Optional.of(new Trouble(at, server, reply, Optional.empty()));
      case Silent(String server, SmtpReply reply) ->
          Optional.of(new Trouble(at, server, reply, Optional.of(entry)));
    };
  }
}

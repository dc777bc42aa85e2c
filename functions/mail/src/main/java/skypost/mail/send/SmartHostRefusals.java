package skypost.mail.send;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import skypost.mail.directory.HostPort;
import skypost.mail.queue.QueueEntry;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Outcome;

/**
 * What a smart host says of us and not of a message. However final its word is: the administrator
 * will correct the settings, and mail waits for that.
 */
final class SmartHostRefusals {
  /**
   * RFC 4954 section 6: a login is wanted (530), too weak (534), wrong (535), or wants TLS (538);
   * RFC 3207 section 4 has 530 for TLS, too.
   */
  private static final Set<Integer> ABOUT_US = Set.of(530, 534, 535, 538);

  private SmartHostRefusals() {}

  /** What came of a delivery through a smart host, with nothing final that is said of us. */
  static Courier.Delivery temporary(HostPort host, Courier.Delivery delivery) {
    List<Courier.Result> results =
        delivery.results().stream()
            .map(result -> new Courier.Result(temporary(host, result.outcome()), result.mta()))
            .toList();
    return new Courier.Delivery(results, delivery.server(), delivery.tls());
  }

  private static Outcome temporary(HostPort host, Outcome outcome) {
    return outcome instanceof Outcome.Failed(SmtpReply reply) && ABOUT_US.contains(reply.code())
        ? new Outcome.Deferred(
            SmtpReply.of(454, 7, 0, "the smart host " + host + " does not take our mail: " + reply))
        : outcome;
  }

  /** The reply that says that it does not want us, or is not who it should be. */
  static Optional<SmtpReply> find(Courier.Delivery delivery) {
    return delivery.results().stream()
        .map(Courier.Result::outcome)
        .filter(Outcome.Deferred.class::isInstance)
        .map(Outcome::reply)
        .filter(SmartHostRefusals::isOne)
        .findFirst();
  }

  /** Whether an entry's last attempt ended so. */
  static boolean wasLast(QueueEntry entry) {
    return !entry.attempts().isEmpty() && isOne(entry.attempts().getLast().reply());
  }

  /** RFC 3463 section 3.8: X.7, security; 454 is what this client says of it. */
  private static boolean isOne(SmtpReply reply) {
    return reply.code() == 454 && reply.subject() == 7;
  }

  /** Writes one down for the administrator: an alarm counts these lines. */
  static void note(HostPort host, SmtpReply reply) {
    EventLog.warn("smart-host-refused").with("server", host).with("reply", reply).write();
  }
}

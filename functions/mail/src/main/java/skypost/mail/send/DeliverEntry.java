package skypost.mail.send;

import java.io.IOException;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.HostPort;
import skypost.mail.queue.QueueEntry;
import skypost.mail.tlspolicy.AppliedPolicies;
import skypost.mail.tlspolicy.CountTlsSessions;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.Outcome;
import skypost.protocol.smtp.client.Transaction;

/**
 * One delivery attempt: the way that an entry's message takes, and its transaction on it. Thread
 * safe when its parts are.
 *
 * @param sessions counts what TLS came to
 * @param sign signs what is ours
 */
record DeliverEntry(
    Routes routes, Courier courier, CountTlsSessions sessions, SignOutgoing sign, Clock clock) {
  private static final int MAX_HOPS = 100; // RFC 5321 section 6.3: at least 100 Received lines

  /**
   * Hands a message over for all recipients that still wait.
   *
   * @param body empty: it is gone, which is for ever
   * @return a result for each of them, in order
   */
  Courier.Delivery deliver(QueueEntry entry, Optional<MessageBody> body, InvocationTime time)
      throws IOException {
    if (entry.waiting().isEmpty()) { // all are suppressed
      return new Courier.Delivery(List.of(), "", "");
    }
    if (body.isEmpty()) {
      EventLog.error("body-gone")
          .with("entry", entry.id())
          .write(); // nobody deletes a body that an entry holds
      return everybody(
          entry, new Outcome.Failed(SmtpReply.of(554, 3, 0, "the message is gone from the store")));
    }
    if (body.get().hops() > MAX_HOPS) {
      return everybody(
          entry,
          new Outcome.Failed(
              SmtpReply.of(554, 4, 6, "too many hops: the message goes in circles")));
    }
    if (SmartHostRefusals.wasLast(entry)) { // the administrator may just have corrected it
      routes.forget();
    }
    Route route =
        routes.to(
            entry.id().destination(), entry.sender(), entry.byHand().route(), body.get().tlsWish());
    return switch (route) {
      case Route.Never(SmtpReply reply) -> everybody(entry, new Outcome.Failed(reply));
      case Route.Later(SmtpReply reply) -> everybody(entry, new Outcome.Deferred(reply));
      case Route.Via(List<Hop> hops, AppliedPolicies policies) -> {
        Courier.Delivery made = deliver(hops, entry, body.get(), time);
        sessions.count(policies, made.handshakes());
        yield made;
      }
      case Route.Through(HostPort host, List<Hop> hops) ->
          throughSmartHost(host, deliver(hops, entry, body.get(), time));
    };
  }

  private Courier.Delivery throughSmartHost(HostPort host, Courier.Delivery made) {
    Courier.Delivery delivery = SmartHostRefusals.temporary(host, made);
    SmartHostRefusals.find(delivery).ifPresent(reply -> SmartHostRefusals.note(host, reply));
    return delivery;
  }

  private Courier.Delivery deliver(
      List<Hop> hops, QueueEntry entry, MessageBody body, InvocationTime time) throws IOException {
    return courier.deliver(
        inOrder(hops, entry), transaction(entry, body), time.left(clock.instant()));
  }

  /**
   * A server that fell silent on this message last time goes last: it would fall silent again, and
   * use up the time of the others until the schedule is over.
   */
  private static List<Hop> inOrder(List<Hop> hops, QueueEntry entry) {
    if (entry.attempts().isEmpty()
        || !entry.attempts().getLast().reply().enhanced().equals("4.4.2")) {
      return hops;
    }
    String silent = entry.attempts().getLast().server();
    return hops.stream()
        .sorted(Comparator.comparing(hop -> hop.peer().toString().equals(silent)))
        .toList(); // stable
  }

  private Transaction transaction(QueueEntry entry, MessageBody body) throws IOException {
    List<Transaction.Recipient> recipients =
        entry.waiting().stream()
            .map(
                recipient -> new Transaction.Recipient(recipient.address(), recipient.parameters()))
            .toList();
    return new Transaction(
        entry.sender(),
        body.envelope().senderParameters(),
        recipients,
        sign.over(body)); // once for all of them
  }

  static Courier.Delivery everybody(QueueEntry entry, Outcome outcome) {
    return Courier.Delivery.everybody(entry.waiting().size(), outcome);
  }
}

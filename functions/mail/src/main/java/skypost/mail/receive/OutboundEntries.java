package skypost.mail.receive;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.receive.Resolution.Remote;
import skypost.mail.trace.Traces.Outcome;
import skypost.mail.trace.Traces.RecipientOutcome;
import skypost.protocol.address.EmailAddress;

/** Recipients of one message elsewhere, as entries of the outbound queue. */
final class OutboundEntries {
  private final Leaving message;
  private final ReturnPaths returnPaths;
  private final ResolveRecipients resolver;

  /**
   * The message.
   *
   * @param size octets of it as it leaves
   */
  record Leaving(MessageId id, Envelope envelope, long size) {}

  OutboundEntries(Leaving message, ReturnPaths returnPaths, ResolveRecipients resolver) {
    this.message = message;
    this.returnPaths = returnPaths;
    this.resolver = resolver;
  }

  /** What recipients must share to leave in one transaction. */
  private record Way(String destination, Optional<EmailAddress> sender) {}

  /**
   * Recipients grouped by their way, as many together as one transaction takes.
   *
   * @param outcomes is told of each
   */
  List<QueueEntry> entries(List<Remote> remotes, Consumer<RecipientOutcome> outcomes)
      throws IOException {
    Map<Way, List<Remote>> byWay = new LinkedHashMap<>();
    for (Remote remote : remotes) {
      Way way = new Way(remote.address().domain(), sender(remote));
      byWay.computeIfAbsent(way, key -> new ArrayList<>()).add(remote);
    }
    List<QueueEntry> entries = new ArrayList<>();
    Map<String, Integer> parts = new HashMap<>();
    byWay.forEach((way, all) -> {
      for (int from = 0; from < all.size(); from += EntryId.MAX_RECIPIENTS) {
        List<Remote> some = all.subList(from, Math.min(all.size(), from + EntryId.MAX_RECIPIENTS));
        int part = parts.merge(way.destination(), 1, Integer::sum) - 1;
        EntryId entry = new EntryId(message.id(), way.destination(), part);
        entries.add(entry(entry, way.sender(), some));
        some.forEach(remote ->
            outcomes.accept(
                new RecipientOutcome(
                    remote.given().address(),
                    remote.address(),
                    new Outcome.Queued(entry.toString()))));
      }
    });
    return entries;
  }

  /**
   * What leaves through an alias leaves in the alias's name: the sender's SPF record does not name
   * us. Our own users' does, and there is no rewriting a null sender.
   */
  private Optional<EmailAddress> sender(Remote remote) throws IOException {
    return remote.forwarder().isEmpty()
        ? message.envelope().sender()
        : forwarded(remote.forwarder().get());
  }

  private Optional<EmailAddress> forwarded(String forwarder) throws IOException {
    Optional<EmailAddress> sender = message.envelope().sender();
    if (sender.isEmpty() || resolver.isLocal(sender.get().domain())) {
      return sender;
    }
    return Optional.of(returnPaths.rewrite(sender.get(), forwarder, message.id()));
  }

  /** The sender of what a filter sends on. */
  Optional<EmailAddress> redirected(String forwarder, EmailAddress to) throws IOException {
    return resolver.isLocal(to.domain()) ? message.envelope().sender() : forwarded(forwarder);
  }

  private QueueEntry entry(EntryId entry, Optional<EmailAddress> sender, List<Remote> remotes) {
    List<QueuedRecipient> recipients =
        remotes.stream()
            .map(remote ->
                new QueuedRecipient(
                    remote.address(), remote.given().parameters(), Optional.empty()))
            .toList();
    return QueueEntry.first(entry, sender, message.size(), recipients);
  }
}

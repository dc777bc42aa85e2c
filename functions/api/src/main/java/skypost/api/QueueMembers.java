package skypost.api;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import skypost.mail.directory.HostPort;
import skypost.mail.queue.QueueAction;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.queue.QueueFilter;
import skypost.protocol.address.Domains;
import skypost.protocol.address.EmailAddress;

/**
 * What an administrator says about the queue: which entries, and what shall become of them.
 *
 * @param hostname our own name: nothing is routed there
 * @param clock an age is counted from its now
 */
record QueueMembers(String hostname, Clock clock) {
  /** What entries are filtered by. */
  static final Set<String> FILTER =
      new LinkedHashSet<>(List.of("domain", "sender", "status", "recipient", "olderThan"));

  /** What an action is given with. */
  static final Set<String> BULK = new LinkedHashSet<>(List.of("filter", "action", "to", "bounce"));

  private static final int SMTP_PORT = 25;
  private static final Duration OLDEST = Duration.ofDays(365);

  /** The names of the actions. */
  private enum Word {
    RETRY,
    HOLD,
    RELEASE,
    REROUTE,
    DELETE
  }

  /** Reads a filter; what is wrong stays with the members. */
  QueueFilter filter(Members members) {
    return new QueueFilter(
        members.parsed("domain", "a domain name or an address literal", Domains::parse),
        sender(members),
        members.has("status")
            ? Optional.of(members.choice("status", Status.class, Status.DEFERRED))
            : Optional.empty(),
        members.parsed("recipient", "an e-mail address", EmailAddress::parse),
        members
            .parsed("olderThan", "a duration such as PT4H, up to P365D", QueueMembers::age)
            .map(age -> clock.instant().minus(age)));
  }

  /** The null sender is asked for as the empty text or {@code <>}. */
  private static Optional<Optional<EmailAddress>> sender(Members members) {
    Optional<String> text = members.text("sender");
    if (text.filter(given -> given.isEmpty() || given.equals("<>")).isPresent()) {
      return Optional.of(Optional.empty());
    }
    return members.parsed("sender", "an e-mail address", EmailAddress::parse).map(Optional::of);
  }

  private static Optional<Duration> age(String text) {
    return Durations.parse(text).filter(age -> age.compareTo(OLDEST) <= 0);
  }

  /** Reads what a reroute is given with: a server, or null for the usual way again. */
  QueueAction.Reroute reroute(Members members) {
    if (!members.mentions("to")) {
      members.error("to", "is required: host:port, or null for the usual way");
    }
    Optional<HostPort> to =
        members.parsed("to", "host:port", text -> HostPort.parse(text, SMTP_PORT));
    if (to.filter(server -> server.host().equalsIgnoreCase(hostname)).isPresent()) {
      members.error("to", "this server itself: the mail would go in circles");
    }
    return new QueueAction.Reroute(to);
  }

  /** Reads an action; what is wrong stays with the members. */
  QueueAction action(Members members) {
    members.required("action");
    Word word = members.choice("action", Word.class, Word.RETRY);
    if (word != Word.REROUTE && members.mentions("to")) {
      members.error("to", "only a reroute has it");
    }
    if (word != Word.DELETE && members.has("bounce")) {
      members.error("bounce", "only a delete has it");
    }
    return switch (word) {
      case RETRY -> new QueueAction.Retry();
      case HOLD -> new QueueAction.Hold();
      case RELEASE -> new QueueAction.Release();
      case REROUTE -> reroute(members);
      case DELETE -> new QueueAction.Delete(members.flag("bounce", false));
    };
  }
}

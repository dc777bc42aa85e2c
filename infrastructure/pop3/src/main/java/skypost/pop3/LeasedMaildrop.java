package skypost.pop3;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import skypost.mail.mailbox.FinalDelivery;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.AfterRetrieval;
import skypost.mail.mailbox.Mailboxes.FolderStatus;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.mail.mailbox.Mailboxes.Snapshot;
import skypost.mail.message.StoredMessages.StoredMessage;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;
import skypost.protocol.pop3.Maildrop;

/**
 * A user's INBOX as one session sees it: the messages that were there at login, under a lease that
 * is taken with the first message touched. A session that only looks writes nothing.
 */
final class LeasedMaildrop implements Maildrop {
  /**
   * How long a lease lasts when its session vanishes; as long as a client may be silent (RFC 1939
   * section 3).
   */
  static final Duration LEASE = Duration.ofMinutes(10);

  /**
   * How long a session believes that its lease is still its own: an administrator may have ended
   * it, and then another session may hold and change the maildrop.
   */
  static final Duration BELIEF = Duration.ofSeconds(30);

  private final EmailAddress user;
  private final String holder;
  private final MailboxStatus status;
  private final FolderStatus atLogin;
  private final MailboxLogins.Stores stores;
  private final Clock clock;
  private final Prefetch prefetch;

  private Optional<Listing> listing = Optional.empty();
  private Instant heldUntil = Instant.EPOCH;
  private Instant believedUntil = Instant.EPOCH;
  private boolean wasHeld; // known to be so: a write whose answer got lost does not count
  private boolean mayBeHeld;
  private Instant notKeptUntil = Instant.EPOCH; // while a message is sent

  /**
   * The folder as it was listed, and this session's messages of it in the order of their numbers.
   */
  private record Listing(Snapshot snapshot, List<MailboxMessage> entries, List<Message> messages) {}

  LeasedMaildrop(
      EmailAddress user,
      String holder,
      MailboxStatus status,
      MailboxLogins.Stores stores,
      Clock clock) {
    this.user = user;
    this.holder = holder;
    this.status = status;
    this.atLogin = status.folder(Mailboxes.INBOX);
    this.stores = stores;
    this.clock = clock;
    this.prefetch = new Prefetch(stores.messages(), stores.room());
  }

  @Override
  public Totals totals() {
    return new Totals(Math.toIntExact(atLogin.messages()), atLogin.bytes());
  }

  @Override
  public boolean deletesRetrieved() {
    return status.afterRetrieval() == AfterRetrieval.DELETE;
  }

  @Override
  public List<Message> messages() throws IOException, Overtaken {
    if (listing.isEmpty()) {
      listing = Optional.of(list());
    }
    return listing.get().messages();
  }

  private Listing list() throws IOException, Overtaken {
    Snapshot snapshot = stores.mailboxes().open(user, Mailboxes.INBOX).orElseThrow(Overtaken::new);
    // what came after login belongs to the next session: STAT and LIST must agree
    List<MailboxMessage> entries =
        snapshot.messages().stream().filter(entry -> entry.uid() < atLogin.uidNext()).toList();
    if (entries.size() != atLogin.messages()) {
      checkCounters(snapshot);
    }
    List<Message> messages = new ArrayList<>(entries.size());
    for (MailboxMessage entry : entries) {
      messages.add(new Message(messages.size() + 1, entry.id().value(), entry.size()));
    }
    return new Listing(snapshot, entries, List.copyOf(messages));
  }

  /**
   * Somebody removed messages since login, or the counters are wrong: then the messages count, and
   * somebody must look.
   */
  private void checkCounters(Snapshot snapshot) throws IOException, Overtaken {
    long now =
        stores
            .mailboxes()
            .status(user)
            .map(status -> status.folder(Mailboxes.INBOX).messages())
            .orElse(0L);
    if (now != atLogin.messages()) {
      throw new Overtaken();
    }
    EventLog.error("counters-differ")
        .with("user", user)
        .with("counted", atLogin.messages())
        .with("listed", snapshot.messages().size())
        .write();
  }

  @Override
  public boolean hold() throws IOException, Overtaken {
    Instant now = clock.instant();
    boolean lasts = now.isBefore(heldUntil.minus(LEASE.dividedBy(2)));
    if (lasts && now.isBefore(believedUntil)) {
      return true;
    }
    if (wasHeld && !isOwn(now)) {
      return false;
    }
    return lasts || lease(now); // one write in five minutes keeps it
  }

  /**
   * Looks whether the lease, once held, is still this session's. If not, it is never taken anew:
   * others may have had the maildrop since, and who ended the lease was promised that nothing that
   * this session has marked is deleted. One that ran out is still its own if nobody took it.
   *
   * @return false when another session holds it now
   * @throws Overtaken when it was ended, by whomever
   */
  private boolean isOwn(Instant now) throws IOException, Overtaken {
    Mailboxes.Lease lease =
        stores.mailboxes().status(user).flatMap(MailboxStatus::lease).orElseThrow(Overtaken::new);
    if (lease.holder().equals(holder)) {
      believedUntil = now.plus(BELIEF);
      return true;
    }
    if (lease.isHeldAt(now)) {
      return false;
    }
    throw new Overtaken();
  }

  private boolean lease(Instant now) throws IOException, Overtaken {
    messages();
    mayBeHeld = true; // also when the answer gets lost
    Instant until = now.plus(LEASE);
    return switch (stores
        .mailboxes()
        .lease(user, holder, listing.orElseThrow().snapshot(), now, until)) {
      case Mailboxes.LeaseOutcome.Taken taken -> {
        wasHeld = true;
        heldUntil = until;
        believedUntil = now.plus(BELIEF);
        yield true;
      }
      case Mailboxes.LeaseOutcome.Overtaken overtaken -> throw new Overtaken();
      case Mailboxes.LeaseOutcome.InUse inUse -> false;
    };
  }

  @Override
  public InputStream open(Message message, Wanted wanted) throws IOException, Missing, NeedsUtf8 {
    MailboxMessage entry = entry(message);
    Optional<StoredMessage> opened =
        prefetch.open(listing.orElseThrow().entries(), message.number() - 1, wanted.whole());
    if (opened.isEmpty()) {
      throw new Missing();
    }
    StoredMessage stored = wanted.utf8() ? opened.get() : plain(opened.get());
    InputStream read =
        FinalDelivery.read(stored.content(), stored.envelope(), user, entry.results());
    return new DeliveredMessage(entry.id(), read, this::keep);
  }

  /**
   * RFC 6856 section 2: who has not said UTF8 must get no UTF-8 in header fields. Only mail that
   * came under SMTPUTF8 is looked at; what others put there is no business of ours.
   */
  private StoredMessage plain(StoredMessage stored) throws IOException, NeedsUtf8 {
    boolean named = user.isInternationalized();
    if (!named && !stored.envelope().senderParameters().containsKey("SMTPUTF8")) {
      return stored;
    }
    try {
      Utf8Header.Seen seen = Utf8Header.look(stored.content());
      if (seen.found() || !isAscii(FinalDelivery.headers(stored.envelope(), user))) {
        throw new NeedsUtf8();
      }
      return new StoredMessage(stored.envelope(), stored.size(), seen.content());
    } catch (IOException | NeedsUtf8 refused) {
      stored.close();
      throw refused;
    }
  }

  private static boolean isAscii(byte[] octets) {
    for (byte octet : octets) {
      if (octet < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * While a slow client reads a large message its lease must not run out. This comes with every
   * block, so what was lost is not asked for again, and a fault does not hold up the blocks after
   * it: the message itself is whole, and the next command finds out and says so.
   */
  private void keep() {
    Instant now = clock.instant();
    if (now.isBefore(notKeptUntil)) {
      return;
    }
    try {
      if (!hold()) {
        notKeptUntil = Instant.MAX;
      }
    } catch (Overtaken overtaken) {
      notKeptUntil = Instant.MAX;
    } catch (IOException fault) {
      notKeptUntil = now.plus(BELIEF);
    }
  }

  @Override
  public boolean remove(List<Message> messages) throws IOException {
    List<MailboxMessage> entries = messages.stream().map(this::entry).toList();
    Snapshot snapshot = listing.orElseThrow().snapshot();
    try {
      if (stores.mailboxes().expunge(user, holder, snapshot, entries)) {
        mayBeHeld = false;
        return true;
      }
      EventLog.warn("lease-lost").with("user", user).with("holder", holder).write();
    } catch (IOException unknown) {
      EventLog.warn("expunge").with("user", user).cause(unknown).write();
    }
    return areGone(entries);
  }

  /** Whether all are gone, after a removal whose end is not known. */
  private boolean areGone(List<MailboxMessage> entries) throws IOException {
    Set<Long> left = new HashSet<>();
    stores
        .mailboxes()
        .open(user, Mailboxes.INBOX)
        .ifPresent(snapshot -> snapshot.messages().forEach(entry -> left.add(entry.uid())));
    return entries.stream().noneMatch(entry -> left.contains(entry.uid()));
  }

  @Override
  public void release() {
    prefetch.close();
    if (!mayBeHeld) {
      return;
    }
    try {
      stores.mailboxes().endLease(user, Optional.of(holder));
      mayBeHeld = false;
    } catch (IOException | RuntimeException fault) {
      EventLog.warn("lease-left").with("user", user).with("until", heldUntil).cause(fault).write();
    }
  }

  private MailboxMessage entry(Message message) {
    return listing.orElseThrow().entries().get(message.number() - 1);
  }
}

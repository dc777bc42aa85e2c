package skypost.mail.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import skypost.mail.archive.ArchivedMessage;
import skypost.mail.archive.CrlfInputStream;
import skypost.mail.archive.ImportedHead;
import skypost.mail.directory.MailboxRules;
import skypost.mail.mailbox.DomainQuota;
import skypost.mail.mailbox.FinalDelivery;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.DeliveryOutcome;
import skypost.mail.message.Envelope;
import skypost.mail.message.HeaderBlock;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.IncomingMessages.Draft;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.trace.Traces;
import skypost.mail.transfer.Import.Fault;
import skypost.mail.transfer.Transfer.State;
import skypost.protocol.address.EmailAddress;

/**
 * Files messages of an archive in their order. Several bodies are stored at once, since a PUT takes
 * longer than reading a message; a message becomes visible only when its body and all messages
 * before it are there.
 */
public final class FileArchived implements AutoCloseable {
  /** Octets of the largest message that is filed: twice what the SMTP front takes by default. */
  static final long MAX_MESSAGE = 100L << 20;

  /** Folders that one archive may make: a mailbox's head names them all. */
  static final int MAX_FOLDERS = 100;

  private static final int AT_ONCE = 12;
  private static final long OCTETS_AT_ONCE = 64L << 20;
  private static final Duration CLOCKS_DIFFER = Duration.ofDays(1);

  /**
   * How long after an import somebody looks at the mailbox for messages whose time is over: what
   * times its folders have, the directory knows, which an import does not read. No folder has less.
   */
  private static final Duration LOOK_AFTER = Duration.ofDays(1);

  /** What it works on. */
  public record Ports(
      IncomingMessages incoming,
      StoredMessages messages,
      Mailboxes mailboxes,
      Traces traces,
      DomainQuota quota) {}

  /** Why nothing more is filed. */
  record Stop(State state, String reason) {}

  /**
   * What became of the messages that were taken.
   *
   * @param read the ordinal of the first that is not dealt with
   * @param position where it begins
   * @param unfiled bodies of messages that stay out, when it stopped
   */
  record Settled(
      long filed,
      List<Fault> faults,
      long read,
      long position,
      Optional<Stop> stop,
      List<MessageId> unfiled) {}

  private sealed interface Taken {
    long ordinal();
  }

  private record Broken(long ordinal, String reason) implements Taken {}

  private record Stored(
      long ordinal, Envelope envelope, long rawSize, Delivery delivery, Future<Void> stored)
      implements Taken {}

  private final Ports ports;
  private final Import whole;
  private final EmailAddress user;
  private final MailboxRules rules;
  private final Set<String> folders;
  private final Clock clock;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Deque<Taken> pending = new ArrayDeque<>();
  private final Deque<Long> ends = new ArrayDeque<>(); // of those pending
  private final List<Future<Void>> receipts = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();
  private final List<MessageId> unfiled = new ArrayList<>();
  private long octets; // of those pending
  private long filed;
  private long read;
  private long position;
  private Optional<Stop> stop = Optional.empty();

  /**
   * @param folders that it has filed to before; those that it files to are added
   */
  FileArchived(Ports ports, Import whole, Set<String> folders, Clock clock) throws IOException {
    this.ports = ports;
    this.whole = whole;
    this.user = whole.key().user();
    this.rules = ports.quota().rules(user.domain());
    this.folders = folders;
    this.clock = clock;
    this.read = whole.progress().read();
    this.position = whole.progress().position();
  }

  boolean isStopped() {
    return stop.isPresent();
  }

  /**
   * Takes a message in; it is filed some time until {@link #settle}.
   *
   * @param ordinal its place in the archive, from 0
   * @param batchAt the time in its id
   */
  void take(ArchivedMessage message, long ordinal, Instant batchAt) throws IOException {
    while (!pending.isEmpty() && (pending.size() >= AT_ONCE || octets > OCTETS_AT_ONCE)) {
      fileFirst();
    }
    InputStream content = new CrlfInputStream(message.content());
    ImportedHead head = ImportedHead.read(whole.source().format(), message.hasResults(), content);
    if (!head.isMessage()) {
      pending.add(new Broken(ordinal, "it does not begin with a header"));
      return;
    }
    Envelope envelope = envelope(message, head);
    MessageId id = MessageId.numbered(batchAt, "import " + whole.key().id(), ordinal);
    Draft draft = ports.incoming().begin(id, envelope);
    long size;
    try {
      draft.write(head.header());
      size = copy(content, draft, head.header().length);
    } catch (IOException | RuntimeException fault) {
      draft.close();
      throw fault;
    }
    if (size > MAX_MESSAGE) {
      draft.close();
      pending.add(new Broken(ordinal, "it is larger than " + MAX_MESSAGE + " octets"));
      return;
    }
    octets += size;
    long shown = head.results().size(head.open(), size);
    Delivery delivery =
        delivery(id, message, head, envelope, FinalDelivery.size(envelope, user, shown));
    pending.add(new Stored(ordinal, envelope, size, delivery, threads.submit(() -> store(draft))));
  }

  /** Where the message that was taken last ends in the archive. */
  void endsAt(long end) {
    ends.add(end);
  }

  private static Void store(Draft draft) throws IOException {
    try (draft) {
      draft.commit();
    }
    return null;
  }

  private static long copy(InputStream from, Draft to, long begun) throws IOException {
    byte[] buffer = new byte[16 << 10];
    long size = begun;
    for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
      size += count;
      if (size > MAX_MESSAGE) {
        return size;
      }
      to.write(buffer, 0, count);
    }
    return size;
  }

  private Envelope envelope(ArchivedMessage message, ImportedHead head) {
    Optional<EmailAddress> sender =
        head.returnPath().isPresent() ? head.returnPath().get().address() : message.sender();
    Instant now = clock.instant();
    Instant date =
        message
            .date()
            .or(() -> dateField(head.header()))
            .filter(at -> at.isAfter(Instant.EPOCH) && at.isBefore(now.plus(CLOCKS_DIFFER)))
            .orElse(now);
    return new Envelope(
            sender,
            Map.of(),
            List.of(new Envelope.Recipient(user)),
            Envelope.Origin.internal(date, "import"))
        .importedBy(whole.key().id().value());
  }

  private static Optional<Instant> dateField(byte[] header) {
    String value = HeaderBlock.field(header, "Date").replaceAll("\\s*\\(.*\\)\\s*$", "");
    try {
      return Optional.of(
          OffsetDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException malformed) {
      return Optional.empty();
    }
  }

  private Delivery delivery(
      MessageId id, ArchivedMessage message, ImportedHead head, Envelope envelope, long size) {
    Set<String> flags = new LinkedHashSet<>(message.flags());
    flags.addAll(head.flags());
    return new Delivery(
        id,
        folder(message.folder().or(head::folder).orElse(whole.source().folder())),
        size,
        false,
        HeaderBlock.subject(head.header()),
        List.copyOf(flags),
        head.results().pack(envelope),
        Optional.of(id.acceptedAt().plus(LOOK_AFTER)));
  }

  private String folder(String wanted) {
    if (wanted.equalsIgnoreCase(Mailboxes.INBOX)) { // RFC 3501 section 5.1
      return Mailboxes.INBOX;
    }
    if (folders.contains(wanted) || folders.size() < MAX_FOLDERS) {
      folders.add(wanted);
      return wanted;
    }
    return whole.source().folder();
  }

  private void fileFirst() throws IOException {
    Taken first = pending.removeFirst();
    long end = ends.removeFirst();
    switch (first) {
      case Broken broken -> {
        if (stop.isEmpty()) {
          faults.add(new Fault(broken.ordinal() + 1, broken.reason()));
        }
      }
      case Stored stored -> {
        octets -= stored.rawSize();
        await(stored.stored());
        if (stop.isEmpty()) {
          file(stored);
        }
        if (stop.isPresent()) {
          unfiled.add(stored.delivery().id());
        }
      }
    }
    if (stop.isEmpty()) {
      read = first.ordinal() + 1;
      position = end;
    }
  }

  private void file(Stored stored) throws IOException {
    Delivery delivery = stored.delivery();
    if (ports.quota().isFull(user.domain(), rules, delivery.size())) {
      stop = noRoom(stored, "the mailboxes of " + user.domain());
      return;
    }
    switch (ports.mailboxes().deliver(user, delivery)) {
      case DeliveryOutcome.Filed(long uid) -> {
        filed++;
        ports.quota().filed(user.domain(), rules, delivery.size());
        receive(stored, new Traces.Outcome.Filed(delivery.folder(), uid));
      }
      case DeliveryOutcome.Duplicate _ -> { // by an invocation that died before it could say so
        filed++;
        receive(stored, new Traces.Outcome.FiledBefore(delivery.folder()));
      }
      case DeliveryOutcome.OverQuota() -> stop = noRoom(stored, "the mailbox");
      case DeliveryOutcome.NoMailbox() ->
          stop = Optional.of(new Stop(State.FAILED, "the mailbox is gone"));
    }
  }

  private static Optional<Stop> noRoom(Stored stored, String where) {
    String reason = "there is no room for message " + (stored.ordinal() + 1) + " in " + where;
    return Optional.of(new Stop(State.OVER_QUOTA, reason));
  }

  /** So that the message can be explained, and no sweep takes it for one that nobody dealt with. */
  private void receive(Stored stored, Traces.Outcome outcome) {
    Delivery delivery = stored.delivery();
    var receipt =
        new Traces.Receipt(
            delivery.id(),
            stored.envelope(),
            stored.rawSize(),
            delivery.subject(),
            clock.instant(),
            List.of(new Traces.RecipientOutcome(user, user, outcome)));
    receipts.add(
        threads.submit(() -> {
          ports.traces().record(receipt);
          return null;
        }));
  }

  /** Files all that was taken. */
  Settled settle() throws IOException {
    while (!pending.isEmpty() && !ends.isEmpty()) {
      fileFirst();
    }
    for (Future<Void> receipt : receipts) {
      await(receipt);
    }
    receipts.clear();
    ports.quota().count(user.domain(), rules);
    var settled =
        new Settled(filed, List.copyOf(faults), read, position, stop, List.copyOf(unfiled));
    filed = 0;
    faults.clear();
    return settled;
  }

  /**
   * Deletes bodies that nothing names, after the end has been recorded: no other run files them any
   * more, but one that was overtaken may have.
   */
  void forget(List<MessageId> bodies) throws IOException {
    for (MessageId id : bodies) {
      if (ports.mailboxes().folderOf(user, id).isEmpty()) {
        ports.messages().delete(List.of(id));
      }
    }
  }

  private static void await(Future<Void> step) throws IOException {
    try {
      step.get();
    } catch (ExecutionException fault) {
      throw fault.getCause() instanceof IOException io ? io : new IOException(fault.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }

  @Override
  public void close() {
    threads.close();
  }
}

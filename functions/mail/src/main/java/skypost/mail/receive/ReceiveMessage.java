package skypost.mail.receive;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.bounce.Bounces;
import skypost.mail.bounce.FailedRecipient;
import skypost.mail.bounce.Reported;
import skypost.mail.bounce.SucceededRecipient;
import skypost.mail.directory.Directory;
import skypost.mail.filter.ApplyFilter;
import skypost.mail.filter.FilterPlan;
import skypost.mail.filter.FilterPlan.Filing;
import skypost.mail.filter.FilteredMail;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.mailbox.BodyHolders;
import skypost.mail.mailbox.DomainQuota;
import skypost.mail.mailbox.DomainUsage;
import skypost.mail.mailbox.FinalDelivery;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.DeliveryOutcome;
import skypost.mail.message.Envelope;
import skypost.mail.message.Envelope.Recipient;
import skypost.mail.message.HeaderBlock;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.message.StoredMessages.StoredMessage;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.receive.Resolution.Failed;
import skypost.mail.receive.Resolution.Local;
import skypost.mail.receive.Resolution.Remote;
import skypost.mail.report.ReceivedReports;
import skypost.mail.trace.Traces;
import skypost.mail.trace.Traces.Outcome;
import skypost.mail.trace.Traces.Receipt;
import skypost.mail.trace.Traces.RecipientOutcome;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.SmtpReply;

/**
 * Deals with one stored message: every recipient is filed, queued or bounced, and then the receipt
 * is written. A fault in the middle is an {@link IOException}; the event comes again, and every
 * step that was done is recognised.
 */
public final class ReceiveMessage {
  private static final SmtpReply FULL =
      SmtpReply.of(552, 2, 2, "the mailbox is full"); // RFC 3463 section 3.3
  private static final SmtpReply DELIVERED = SmtpReply.of(250, 1, 5, "delivered");
  private static final SmtpReply GONE = SmtpReply.of(550, 1, 1, "no such mailbox here");

  /** The ports it works on. */
  public record Ports(
      Directory directory,
      StoredMessages messages,
      Mailboxes mailboxes,
      BodyHolders holders,
      OutboundQueue queue,
      Traces traces,
      Bounces bounces,
      ReturnPaths returnPaths,
      ApplyFilter filters,
      ReceivedReports reports,
      DomainUsage usage) {
    /** Where domains have no quotas. */
    public Ports(
        Directory directory,
        StoredMessages messages,
        Mailboxes mailboxes,
        BodyHolders holders,
        OutboundQueue queue,
        Traces traces,
        Bounces bounces,
        ReturnPaths returnPaths,
        ApplyFilter filters,
        ReceivedReports reports) {
      this(
          directory,
          messages,
          mailboxes,
          holders,
          queue,
          traces,
          bounces,
          returnPaths,
          filters,
          reports,
          DomainUsage.UNKNOWN);
    }
  }

  private final Ports ports;
  private final ResolveRecipients resolver;
  private final DomainQuota quota;
  private final Clock clock;

  public ReceiveMessage(Ports ports, Clock clock) {
    this.ports = ports;
    this.resolver = new ResolveRecipients(ports, clock);
    this.quota = new DomainQuota(ports.usage(), ports.directory(), ports.mailboxes(), clock);
    this.clock = clock;
  }

  /**
   * Deals with a message.
   *
   * @param repeated whether the event is known to have come before; then the receipt is looked up
   *     first
   */
  public void receive(MessageId id, boolean repeated) throws IOException {
    if (repeated && ports.traces().receipt(id).isPresent()) {
      return;
    }
    Optional<StoredMessage> stored = ports.messages().open(id);
    if (stored.isEmpty()) {
      // A body is deleted only when every recipient has its end, so this event is an old one.
      EventLog.info("receive").with("id", id).with("reason", "already gone").write();
      return;
    }
    byte[] headers;
    try (StoredMessage message = stored.get()) {
      headers = HeaderBlock.read(message.content());
    }
    new Run(id, stored.get().envelope(), stored.get().size(), headers).deal();
  }

  /** One message being dealt with. */
  private final class Run {
    private final MessageId id;
    private final Envelope envelope;
    private final long size;
    private final byte[] headers;
    private final String subject;
    private final List<RecipientOutcome> outcomes = new ArrayList<>();
    private final List<Failed> failed = new ArrayList<>();
    private final List<Reported> ended = new ArrayList<>();
    private final List<Filtered> filtered = new ArrayList<>();
    private boolean shared;
    private boolean held;
    private boolean nobodyLeft;

    /** What the filter of one recipient decided. */
    private record Filtered(FilteredMail mail, FilterPlan plan) {}

    Run(MessageId id, Envelope envelope, long size, byte[] headers) {
      this.id = id;
      this.envelope = envelope;
      this.size = size;
      this.headers = headers;
      this.subject = HeaderBlock.subject(headers);
    }

    void deal() throws IOException {
      Resolution resolution = resolver.resolve(id, envelope);
      List<QueueEntry> entries = entries(resolution.remote());
      List<String> holders = new ArrayList<>();
      resolution.local().forEach(local -> holders.add(local.user().toString()));
      entries.forEach(entry -> holders.add(entry.id().bodyHolder()));
      shared = holders.size() > 1;
      if (shared) {
        ports.holders().hold(id, holders);
      }
      resolution.read().forEach(this::read);
      failed.addAll(resolution.failed());
      for (Local local : resolution.local()) {
        deliver(local);
        quota.count(local.user().domain(), local.rules());
      }
      queue(entries.stream().map(entry -> entry.withShared(shared)).toList());
      report();
      for (Filtered each : filtered) {
        ports.filters().remember(each.mail(), each.plan());
      }
      ports.traces().record(new Receipt(id, envelope, size, subject, clock.instant(), outcomes));
      outcomes.forEach(this::log);
      if (!held || nobodyLeft) {
        ports.messages().delete(List.of(id));
      }
    }

    private void read(Recipient given) {
      var outcome = new Outcome.Filtered("read as a report", Optional.empty());
      outcomes.add(new RecipientOutcome(given.address(), given.address(), outcome));
      ended.add(delivered(given));
    }

    private void deliver(Local local) throws IOException {
      Optional<Filing> asked = Filing.asked(local.given());
      if (asked.isPresent()) { // a copy that a filter has made
        file(local, asked.get());
      } else if (local.filter().isPresent()) {
        filter(local, local.filter().get());
      } else {
        file(local, Filing.INBOX);
      }
    }

    private void filter(Local local, String version) throws IOException {
      EmailAddress user = local.user();
      EmailAddress given = local.given().address();
      var mail =
          new FilteredMail(id, envelope, size, given, user, to -> redirected(user.domain(), to));
      FilterPlan plan = ports.filters().apply(mail, version);
      filtered.add(new Filtered(mail, plan));
      for (FilterPlan.Made made : plan.made()) {
        var outcome = new Outcome.Filtered(made.how().word(), Optional.of(made.id().toString()));
        outcomes.add(new RecipientOutcome(given, made.to(), outcome));
      }
      if (plan.filing().isPresent()) {
        file(local, plan.filing().get());
        return;
      }
      discard(local, plan);
    }

    /**
     * What is kept nowhere goes among the deleted, where the user finds it for a time; in one write
     * that also stops a run of another script, or of an earlier hour, from filing it.
     */
    private void discard(Local local, FilterPlan plan) throws IOException {
      EmailAddress user = local.user();
      switch (ports.mailboxes().discard(user, delivery(local, Filing.INBOX))) {
        case DeliveryOutcome.Filed _ -> discarded(local, plan);
        case DeliveryOutcome.Duplicate(boolean removed) -> {
          if (removed) {
            discarded(local, plan);
          } else {
            String folder = ports.mailboxes().folderOf(user, id).orElse(Mailboxes.INBOX);
            done(local, new Outcome.FiledBefore(folder));
          }
        }
        case DeliveryOutcome.OverQuota() -> throw new IllegalStateException("no quota counts it");
        case DeliveryOutcome.NoMailbox() -> letGo(user); // removed this very moment
      }
    }

    private void discarded(Local local, FilterPlan plan) {
      held = true;
      if (plan.made().isEmpty()) {
        var outcome = new Outcome.Filtered(plan.outcome().word(), Optional.empty());
        outcomes.add(new RecipientOutcome(local.given().address(), local.user(), outcome));
      }
      if (plan.outcome() != FilterPlan.How.REJECTED) { // its sender has been told otherwise
        ended.add(delivered(local.given()));
      }
    }

    private Optional<EmailAddress> redirected(String forwarder, EmailAddress to)
        throws IOException {
      return resolver.isLocal(to.domain()) ? envelope.sender() : forwarded(forwarder);
    }

    private void file(Local local, Filing filing) throws IOException {
      EmailAddress user = local.user();
      String folder = filing.folder();
      if (quota.isFull(user.domain(), local.rules(), size)) {
        refuse(local, filing);
        return;
      }
      switch (ports.mailboxes().deliver(user, delivery(local, filing))) {
        case DeliveryOutcome.Filed(long uid) -> done(local, new Outcome.Filed(folder, uid));
        case DeliveryOutcome.Duplicate _ -> done(local, new Outcome.FiledBefore(folder));
        case DeliveryOutcome.OverQuota() -> refuse(local, filing);
        case DeliveryOutcome.NoMailbox() -> {
          failed.add(new Failed(local.given(), user, GONE));
          letGo(user);
        }
      }
    }

    /**
     * Among the deleted, where no quota counts it, the refusal is final: another run that finds
     * room cannot file what has been bounced, and whose body would go.
     */
    private void refuse(Local local, Filing filing) throws IOException {
      EmailAddress user = local.user();
      switch (ports.mailboxes().discard(user, delivery(local, filing))) {
        case DeliveryOutcome.Duplicate(boolean removed) when !removed ->
            done(local, new Outcome.FiledBefore(filing.folder()));
        case DeliveryOutcome _ -> {
          held = true;
          failed.add(new Failed(local.given(), user, FULL));
        }
      }
    }

    private Delivery delivery(Local local, Filing filing) {
      String folder = filing.folder();
      return new Delivery(
          id,
          folder,
          FinalDelivery.size(envelope, local.user(), size),
          shared,
          subject,
          filing.flags(),
          local.rules().times().of(folder).map(id.acceptedAt()::plus));
    }

    /**
     * A user who was registered as a holder, and does not need the body after all. The body itself
     * stays until the receipt is written: without it a repeated run could not go on.
     */
    private void letGo(EmailAddress user) throws IOException {
      if (shared && ports.holders().release(id, user.toString())) {
        nobodyLeft = true;
      }
    }

    private void done(Local local, Outcome outcome) {
      held = true;
      outcomes.add(new RecipientOutcome(local.given().address(), local.user(), outcome));
      ended.add(delivered(local.given()));
    }

    private static SucceededRecipient delivered(Recipient given) {
      return new SucceededRecipient(
          given.address(),
          given.parameters(),
          SucceededRecipient.How.DELIVERED,
          DELIVERED,
          Optional.empty());
    }

    /** What recipients must share to leave in one transaction. */
    private record Way(String destination, Optional<EmailAddress> sender) {}

    /** Remote recipients grouped by their way, as many together as one transaction takes. */
    private List<QueueEntry> entries(List<Remote> remotes) throws IOException {
      Map<Way, List<Remote>> byWay = new LinkedHashMap<>();
      for (Remote remote : remotes) {
        Way way = new Way(remote.address().domain(), sender(remote));
        byWay.computeIfAbsent(way, key -> new ArrayList<>()).add(remote);
      }
      List<QueueEntry> entries = new ArrayList<>();
      Map<String, Integer> parts = new HashMap<>();
      byWay.forEach((way, all) -> {
        for (int from = 0; from < all.size(); from += EntryId.MAX_RECIPIENTS) {
          List<Remote> some =
              all.subList(from, Math.min(all.size(), from + EntryId.MAX_RECIPIENTS));
          int part = parts.merge(way.destination(), 1, Integer::sum) - 1;
          EntryId entry = new EntryId(id, way.destination(), part);
          entries.add(entry(entry, way.sender(), some));
          some.forEach(remote ->
              outcomes.add(
                  new RecipientOutcome(
                      remote.given().address(),
                      remote.address(),
                      new Outcome.Queued(entry.toString()))));
        }
      });
      return entries;
    }

    /**
     * What leaves through an alias leaves in the alias's name: the sender's SPF record does not
     * name us. Our own users' does, and there is no rewriting a null sender.
     */
    private Optional<EmailAddress> sender(Remote remote) throws IOException {
      return remote.forwarder().isEmpty() ? envelope.sender() : forwarded(remote.forwarder().get());
    }

    private Optional<EmailAddress> forwarded(String forwarder) throws IOException {
      Optional<EmailAddress> sender = envelope.sender();
      if (sender.isEmpty() || resolver.isLocal(sender.get().domain())) {
        return sender;
      }
      return Optional.of(ports.returnPaths().rewrite(sender.get(), forwarder, id));
    }

    private QueueEntry entry(EntryId entry, Optional<EmailAddress> sender, List<Remote> remotes) {
      List<QueuedRecipient> recipients =
          remotes.stream()
              .map(remote ->
                  new QueuedRecipient(
                      remote.address(), remote.given().parameters(), Optional.empty()))
              .toList();
      return QueueEntry.first(entry, sender, size, recipients);
    }

    private void queue(List<QueueEntry> entries) throws IOException {
      if (!entries.isEmpty()) {
        ports.queue().enqueue(entries);
        held = true;
      }
    }

    /**
     * RFC 5321 section 6.1: what was accepted and cannot be delivered is reported to its sender;
     * RFC 3461 section 5.2.3: and so is a delivery, where he asked for it.
     */
    private void report() throws IOException {
      for (Failed failure : failed) {
        ended.add(
            new FailedRecipient(
                failure.given().address(),
                failure.given().parameters(),
                failure.reply(),
                Optional.empty()));
        outcomes.add(
            new RecipientOutcome(
                failure.given().address(), failure.address(), new Outcome.Failed(failure.reply())));
      }
      ports
          .bounces()
          .send(
              MessageId.derived(id.acceptedAt(), "receive " + id),
              new Bounces.Original(id, envelope, new ByteArrayInputStream(original())),
              ended);
    }

    /** As much of the message as a report on it may give back. */
    private byte[] original() throws IOException {
      if (failed.isEmpty() || !Bounces.wantsMessage(envelope)) {
        return headers;
      }
      try (StoredMessage message =
          ports.messages().open(id).orElseThrow(() -> new IOException(id + " is gone"))) {
        return message.content().readNBytes(Bounces.MAX_RETURNED + 1);
      }
    }

    private void log(RecipientOutcome outcome) {
      EventLog line = EventLog.info("receive").with("id", id).with("to", outcome.recipient());
      switch (outcome.outcome()) {
        case Outcome.Filed(String folder, long uid) -> line.with("filed", folder).with("uid", uid);
        case Outcome.FiledBefore(String folder) ->
            line.with("filed", folder).with("reason", "filed before");
        case Outcome.Queued(String entry) -> line.with("queued", entry);
        case Outcome.Filtered(String how, Optional<String> made) ->
            line.with(how, made.orElse("nothing"));
        case Outcome.Failed(SmtpReply reply) -> line.with("reply", reply);
      }
      line.write();
    }
  }
}

package skypost.mail.receive;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.auth.dmarc.Policy;
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
import skypost.mail.message.MessageSource;
import skypost.mail.message.StoredMessages;
import skypost.mail.message.StoredMessages.StoredMessage;
import skypost.mail.message.StoredSource;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueEntry;
import skypost.mail.receive.Resolution.Failed;
import skypost.mail.receive.Resolution.Local;
import skypost.mail.report.ReceivedReports;
import skypost.mail.trace.Traces;
import skypost.mail.trace.Traces.Outcome;
import skypost.mail.trace.Traces.Receipt;
import skypost.mail.trace.Traces.RecipientOutcome;
import skypost.mail.verify.CountSenders;
import skypost.mail.verify.JudgeSender;
import skypost.mail.verify.Judgement;
import skypost.mail.verify.Judgement.Reason;
import skypost.mail.verify.SenderVerifier;
import skypost.mail.verify.Verification;
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
      SenderVerifier verifier,
      CountSenders counts,
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
        ReceivedReports reports,
        SenderVerifier verifier,
        CountSenders counts) {
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
          verifier,
          counts,
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
    Envelope envelope = stored.get().envelope();
    if (envelope.isImported()) { // its import files it, and knows how far it is
      stored.get().close();
      return;
    }
    StoredSource source;
    try (StoredMessage message = stored.get()) {
      source = StoredSource.of(ports.messages(), id, message);
    }
    new Run(id, envelope, source, ports.verifier().verify(envelope, source)).deal();
  }

  /** One message being dealt with. */
  private final class Run {
    private final MessageId id;
    private final Envelope envelope;
    private final MessageSource source;
    private final MessageSource content; // with what is said of the sender
    private final Verification verification;
    private final String results;
    private final byte[] headers;
    private final String subject;
    private final OutboundEntries outbound;
    private final List<RecipientOutcome> outcomes = new ArrayList<>();
    private final List<Failed> failed = new ArrayList<>();
    private final List<Reported> ended = new ArrayList<>();
    private final List<Filtered> filtered = new ArrayList<>();
    private boolean shared;
    private boolean held;
    private boolean nobodyLeft;
    private String suspicion = ""; // of whom is being delivered to
    private Policy done = Policy.NONE; // the strictest that was

    /** What the filter of one recipient decided. */
    private record Filtered(FilteredMail mail, FilterPlan plan) {}

    Run(MessageId id, Envelope envelope, MessageSource source, Verification verification)
        throws IOException {
      this.id = id;
      this.envelope = envelope;
      this.source = source;
      this.verification = verification;
      this.results = verification.results().pack(envelope);
      this.content = verification.results().render(source);
      try (InputStream beginning = source.open()) {
        this.headers = HeaderBlock.read(beginning);
      }
      this.subject = HeaderBlock.subject(headers);
      this.outbound =
          new OutboundEntries(
              new OutboundEntries.Leaving(id, envelope, content.size()),
              ports.returnPaths(),
              resolver);
    }

    void deal() throws IOException {
      Resolution resolution = resolver.resolve(id, envelope, verification.isVouchedFor());
      List<QueueEntry> entries =
          outbound.entries(resolution.remote(), outcomes).stream()
              .map(entry -> entry.withResults(results))
              .toList();
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
      ports.traces().record(receipt());
      ports.counts().count(verification, envelope, done);
      outcomes.forEach(this::log);
      if (!held || nobodyLeft) {
        ports.messages().delete(List.of(id));
      }
    }

    private Receipt receipt() {
      String said = verification.results().value();
      return new Receipt(id, envelope, source.size(), subject, clock.instant(), outcomes, said);
    }

    private void read(Recipient given) {
      var outcome = new Outcome.Filtered("read as a report", Optional.empty());
      outcomes.add(new RecipientOutcome(given.address(), given.address(), outcome));
      ended.add(delivered(given));
    }

    private void deliver(Local local) throws IOException {
      Optional<Filing> asked = Filing.asked(local.given());
      Judgement judgement = judge(local);
      suspicion =
          switch (judgement) {
            case Judgement.Accept() -> "";
            case Judgement.Junk(Reason reason) -> reason.word();
            case Judgement.Refuse(Reason reason) -> reason.word(); // it has been taken
          };
      done = suspicion.isEmpty() ? done : Policy.QUARANTINE;
      if (asked.isPresent()) { // a copy that a filter has made
        file(local, asked.get());
      } else if (local.filter().isPresent()) {
        filter(local, local.filter().get());
      } else {
        file(local, suspicion.isEmpty() ? Filing.INBOX : Filing.JUNK);
      }
    }

    private Judgement judge(Local local) throws IOException {
      return verification.sender().isEmpty()
          ? new Judgement.Accept()
          : JudgeSender.judge(
              verification, envelope, resolver.senderPolicy(local.given().address().domain()));
    }

    private void filter(Local local, String version) throws IOException {
      EmailAddress user = local.user();
      EmailAddress given = local.given().address();
      boolean suspect = !suspicion.isEmpty();
      var mail =
          new FilteredMail(
              id,
              envelope,
              content,
              given,
              user,
              suspect,
              to -> outbound.redirected(user.domain(), to));
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

    private void file(Local local, Filing filing) throws IOException {
      EmailAddress user = local.user();
      String folder = filing.folder();
      if (quota.isFull(user.domain(), local.rules(), content.size())) {
        refuse(local, filing);
        return;
      }
      switch (ports.mailboxes().deliver(user, delivery(local, filing))) {
        case DeliveryOutcome.Filed(long uid) -> {
          quota.filed(user.domain(), local.rules(), content.size());
          done(local, new Outcome.Filed(folder, uid));
        }
        case DeliveryOutcome.Duplicate _ -> { // perhaps when it was judged otherwise
          String found = ports.mailboxes().folderOf(user, id).orElse(folder);
          done(local, new Outcome.FiledBefore(found));
        }
        case DeliveryOutcome.OverQuota() -> refuse(local, filing);
        case DeliveryOutcome.NoMailbox() -> gone(local);
      }
    }

    /** The mailbox was removed this very moment. */
    private void gone(Local local) throws IOException {
      failed.add(new Failed(local.given(), local.user(), GONE));
      letGo(local.user());
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
        case DeliveryOutcome.NoMailbox() -> gone(local);
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
          FinalDelivery.size(envelope, local.user(), content.size()),
          shared,
          subject,
          filing.flags(),
          results,
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
      EmailAddress given = local.given().address();
      outcomes.add(new RecipientOutcome(given, local.user(), outcome, because(outcome)));
      ended.add(delivered(local.given()));
    }

    private String because(Outcome outcome) {
      boolean junk =
          outcome instanceof Outcome.Filed(String folder, long _) && folder.equals(Mailboxes.JUNK);
      return junk ? suspicion : "";
    }

    private static SucceededRecipient delivered(Recipient given) {
      return new SucceededRecipient(
          given.address(),
          given.parameters(),
          SucceededRecipient.How.DELIVERED,
          DELIVERED,
          Optional.empty());
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
        case Outcome.Refused(SmtpReply reply) -> line.with("refused", reply);
      }
      if (!outcome.because().isEmpty()) {
        line.with("because", outcome.because());
      }
      line.write();
    }
  }
}

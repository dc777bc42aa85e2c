package skypost.mail.receive;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.bounce.Bounces;
import skypost.mail.directory.Directory;
import skypost.mail.filter.ApplyFilter;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.mailbox.BodyHolders;
import skypost.mail.mailbox.DomainQuota;
import skypost.mail.mailbox.DomainUsage;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.message.StoredMessages.StoredMessage;
import skypost.mail.message.StoredSource;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueEntry;
import skypost.mail.receive.Resolution.Local;
import skypost.mail.report.ReceivedReports;
import skypost.mail.trace.Traces;
import skypost.mail.trace.Traces.Outcome;
import skypost.mail.trace.Traces.Receipt;
import skypost.mail.trace.Traces.RecipientOutcome;
import skypost.mail.verify.CountSenders;
import skypost.mail.verify.SenderVerifier;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.SmtpReply;

/**
 * Deals with one stored message: every recipient is filed, queued or bounced, and then the receipt
 * is written. A fault in the middle is an {@link IOException}; the event comes again, and every
 * step that was done is recognised.
 */
public final class ReceiveMessage {
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
  private final DeliverLocally.Means means;
  private final Clock clock;

  public ReceiveMessage(Ports ports, Clock clock) {
    this.ports = ports;
    this.resolver = new ResolveRecipients(ports, clock);
    DomainQuota quota = new DomainQuota(ports.usage(), ports.directory(), ports.mailboxes(), clock);
    this.means = new DeliverLocally.Means(ports, resolver, quota);
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
    deal(Arrived.of(id, envelope, source, ports.verifier().verify(envelope, source)));
  }

  private void deal(Arrived message) throws IOException {
    MessageId id = message.id();
    Envelope envelope = message.envelope();
    Resolution resolution = resolver.resolve(id, envelope, message.verification().isVouchedFor());
    Ends ends = new Ends();
    var leaving = new OutboundEntries.Leaving(id, envelope, message.content().size());
    OutboundEntries outbound = new OutboundEntries(leaving, ports.returnPaths(), resolver);
    List<QueueEntry> entries = outbound.entries(resolution.remote(), ends::note);
    List<String> holders = new ArrayList<>();
    resolution.local().forEach(local -> holders.add(local.user().toString()));
    entries.forEach(entry -> holders.add(entry.id().bodyHolder()));
    BodyNeed body = BodyNeed.of(id, holders, ports.holders());
    resolution.read().forEach(ends::read);
    resolution.failed().forEach(ends::failed);
    DeliverLocally locally = new DeliverLocally(means, message, outbound, body, ends);
    for (Local local : resolution.local()) {
      locally.deliver(local);
    }
    if (!entries.isEmpty()) {
      ports.queue().enqueue(complete(entries, message, body));
      body.keep();
    }
    report(message, ends);
    locally.remember();
    ports.traces().record(receipt(message, ends));
    ports.counts().count(message.verification(), envelope, locally.done());
    ends.outcomes().forEach(outcome -> log(id, outcome));
    body.settle(ports.messages());
  }

  private static List<QueueEntry> complete(
      List<QueueEntry> entries, Arrived message, BodyNeed body) {
    return entries.stream()
        .map(entry -> entry.withResults(message.results()).withShared(body.isShared()))
        .toList();
  }

  private Receipt receipt(Arrived message, Ends ends) {
    return new Receipt(
        message.id(),
        message.envelope(),
        message.source().size(),
        message.subject(),
        clock.instant(),
        ends.outcomes(),
        message.verification().results().value());
  }

  /**
   * RFC 5321 section 6.1: what was accepted and cannot be delivered is reported to its sender; RFC
   * 3461 section 5.2.3: and so is a delivery, where he asked for it.
   */
  private void report(Arrived message, Ends ends) throws IOException {
    MessageId id = message.id();
    InputStream original = new ByteArrayInputStream(original(message, ends));
    ports
        .bounces()
        .send(
            MessageId.derived(id.acceptedAt(), "receive " + id),
            new Bounces.Original(id, message.envelope(), original),
            ends.reported());
  }

  /** As much of the message as a report on it may give back. */
  private byte[] original(Arrived message, Ends ends) throws IOException {
    if (!ends.isAnyFailed() || !Bounces.wantsMessage(message.envelope())) {
      return message.headers();
    }
    MessageId id = message.id();
    try (StoredMessage stored =
        ports.messages().open(id).orElseThrow(() -> new IOException(id + " is gone"))) {
      return stored.content().readNBytes(Bounces.MAX_RETURNED + 1);
    }
  }

  private static void log(MessageId id, RecipientOutcome outcome) {
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

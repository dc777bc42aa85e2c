package skypost.mail.admin;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.admin.MessageTrace.Event;
import skypost.mail.admin.MessageTrace.State;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.queue.ByHand.Step;
import skypost.mail.queue.ByHand.What;
import skypost.mail.queue.Destinations;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Attempt;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.trace.Traces;
import skypost.mail.trace.Traces.Outcome;
import skypost.mail.trace.Traces.Receipt;
import skypost.mail.trace.Traces.RecipientOutcome;
import skypost.protocol.smtp.SmtpReply;

/**
 * Puts together what became of a message: its receipt, its entries in the queue, or, before both,
 * the message itself.
 */
public final class TraceMessage {
  private final Traces traces;
  private final OutboundQueue queue;
  private final Destinations destinations;
  private final StoredMessages messages;

  public TraceMessage(
      Traces traces, OutboundQueue queue, Destinations destinations, StoredMessages messages) {
    this.traces = traces;
    this.queue = queue;
    this.destinations = destinations;
    this.messages = messages;
  }

  /** The trace; empty when the message never came, or so long ago that its trace is gone. */
  public Optional<MessageTrace> of(MessageId id) throws IOException {
    Optional<Receipt> receipt = traces.receipt(id);
    if (receipt.isPresent()) {
      return Optional.of(finished(receipt.get()));
    }
    Optional<StoredMessages.StoredMessage> stored = messages.open(id);
    if (stored.isEmpty()) {
      return traces.refusal(id).map(TraceMessage::refused);
    }
    try (var message = stored.get()) {
      return Optional.of(unfinished(id, message.envelope(), message.size()));
    }
  }

  private static MessageTrace refused(Receipt refusal) {
    Timeline timeline = new Timeline(refusal.envelope(), List.of());
    timeline.addResults(refusal.finishedAt(), refusal.results());
    refusal.outcomes().forEach(outcome -> timeline.add(refusal.finishedAt(), outcome));
    return timeline.trace(refusal.id(), refusal.size(), Optional.of(refusal.subject()));
  }

  private MessageTrace unfinished(MessageId id, Envelope envelope, long size) throws IOException {
    Timeline timeline = new Timeline(envelope);
    timeline.states.add(State.ACCEPTED);
    timeline.addAll(waiting(queue.entries(id)));
    return timeline.trace(id, size, Optional.empty());
  }

  private MessageTrace finished(Receipt receipt) throws IOException {
    boolean queued =
        receipt.outcomes().stream()
            .anyMatch(outcome -> outcome.outcome() instanceof Outcome.Queued);
    // A message for local users alone has no entries: no read for them.
    List<QueueEntry> entries = queued ? queue.entries(receipt.id()) : List.of();
    // The receipt is written last, so the first attempt may have been made before it.
    Instant decided =
        entries.stream()
            .flatMap(entry -> entry.attempts().stream().map(Attempt::at))
            .filter(attempt -> attempt.isBefore(receipt.finishedAt()))
            .min(Comparator.naturalOrder())
            .orElse(receipt.finishedAt());
    Timeline timeline = new Timeline(receipt.envelope());
    timeline.addResults(decided, receipt.results());
    receipt.outcomes().forEach(outcome -> timeline.add(decided, outcome));
    timeline.addAll(waiting(entries));
    return timeline.trace(receipt.id(), receipt.size(), Optional.of(receipt.subject()));
  }

  /** Entries, and of those that are deferred why, where that is not their own last attempt. */
  private Map<QueueEntry, Optional<SmtpReply>> waiting(List<QueueEntry> entries)
      throws IOException {
    Map<QueueEntry, Optional<SmtpReply>> reasons = new LinkedHashMap<>();
    for (QueueEntry entry : entries) {
      boolean deferred = entry.status() == QueueEntry.Status.DEFERRED;
      reasons.put(
          entry, deferred ? destinations.find(entry.waitsFor()).reason() : Optional.empty());
    }
    return reasons;
  }

  private static final class Timeline {
    final Envelope envelope;
    final List<EventDraft> events = new ArrayList<>();
    final Set<State> states = EnumSet.noneOf(State.class);

    Timeline(Envelope envelope) {
      this(envelope, List.of(new EventDraft(envelope.origin().receivedAt(), "accepted")));
    }

    Timeline(Envelope envelope, List<EventDraft> first) {
      this.envelope = envelope;
      events.addAll(first);
    }

    void addResults(Instant at, String results) {
      if (!results.isEmpty()) {
        events.add(new EventDraft(at, "verified").detailed(results));
      }
    }

    MessageTrace trace(MessageId id, long size, Optional<String> subject) {
      List<Event> inOrder =
          events.stream().map(EventDraft::event).sorted(Comparator.comparing(Event::at)).toList();
      return new MessageTrace(id, envelope, size, subject, State.ofAll(states), inOrder);
    }

    void add(Instant at, RecipientOutcome outcome) {
      EventDraft event = new EventDraft(at, "").to(outcome.recipient()).detailed(outcome.because());
      events.add(
          switch (outcome.outcome()) {
            case Outcome.Filed(String folder, long uid) -> {
              states.add(State.DELIVERED);
              yield event.named("delivered").into(folder, Optional.of(uid));
            }
            case Outcome.FiledBefore(String folder) -> {
              states.add(State.DELIVERED);
              yield event.named("delivered").into(folder, Optional.empty());
            }
            case Outcome.Queued(String entry) -> event.named("queued").about(entry);
            case Outcome.Filtered(String how, Optional<String> message) -> {
              states.add(State.DELIVERED); // to the filter, which is the user's own
              yield event.named(how).by("filter", message.orElse(""));
            }
            case Outcome.Refused(var reply) -> {
              states.add(State.REFUSED);
              yield event.named("refused").because(reply);
            }
            case Outcome.Failed(var reply) -> {
              states.add(failed());
              yield event.named(failed().word()).because(reply);
            }
          });
    }

    void addAll(Map<QueueEntry, Optional<SmtpReply>> entries) {
      entries.forEach(this::addAll);
    }

    private void addAll(QueueEntry entry, Optional<SmtpReply> reason) {
      String id = entry.id().toString();
      for (Attempt attempt : entry.attempts()) {
        events.add(
            new EventDraft(attempt.at(), "attempt")
                .about(id)
                .with(attempt.server(), attempt.tls())
                .because(attempt.reply()));
      }
      Instant last =
          entry.attempts().isEmpty()
              ? envelope.origin().receivedAt()
              : entry.attempts().getLast().at();
      for (QueuedRecipient recipient : entry.recipients()) {
        boolean byHand = recipient.end().filter(SteerEntry::isRemoval).isPresent();
        Optional<Step> removal = byHand ? entry.byHand().last() : Optional.empty();
        EventDraft event =
            removal
                .map(step -> new EventDraft(step.at(), "").by(step.by(), ""))
                .orElse(new EventDraft(last, ""));
        add(entry, recipient, event, reason);
      }
      entry.byHand().steps().forEach(step -> add(id, step));
    }

    /** What an administrator did; a removal is told of each recipient. */
    private void add(String entry, Step step) {
      if (step.what() != What.REMOVED) {
        String event = step.what().name().toLowerCase(Locale.ROOT);
        events.add(new EventDraft(step.at(), event).about(entry).by(step.by(), step.detail()));
      }
    }

    private void add(
        QueueEntry entry, QueuedRecipient recipient, EventDraft bare, Optional<SmtpReply> reason) {
      EventDraft event = bare.to(recipient.address()).about(entry.id().toString());
      switch (recipient.end().orElse(null)) {
        case null -> addWaiting(entry, reason.map(event::because).orElse(event));
        case End.Sent(var reply) -> {
          states.add(State.DELIVERED);
          events.add(event.named("delivered").because(reply));
        }
        case End.Bounced(var reply) -> {
          states.add(failed());
          events.add(event.named(failed().word()).because(reply));
        }
        case End.Removed() -> {
          states.add(State.REMOVED);
          events.add(event.named("removed"));
        }
      }
    }

    private void addWaiting(QueueEntry entry, EventDraft event) {
      switch (entry.status()) {
        case QUEUED, SENDING, DONE -> states.add(State.QUEUED);
        case DEFERRED -> {
          states.add(State.DEFERRED);
          events.add(event.named("deferred").next(entry.nextAttempt()));
        }
        case HELD -> {
          states.add(State.HELD);
          if (entry.byHand().steps().stream()
              .noneMatch(step -> step.what() == What.HELD)) { // else the step tells it
            events.add(event.named("held"));
          }
        }
      }
    }

    /** A sender who is told has a bounce; the null sender has none (RFC 5321 section 6.1). */
    private State failed() {
      return envelope.sender().isPresent() ? State.BOUNCED : State.FAILED;
    }
  }
}

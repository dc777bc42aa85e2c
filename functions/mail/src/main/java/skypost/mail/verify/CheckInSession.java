package skypost.mail.verify;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.auth.dmarc.DmarcVerdict;
import skypost.mail.auth.dmarc.Policy;
import skypost.mail.directory.CachedDomains;
import skypost.mail.directory.Domain;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.message.Envelope;
import skypost.mail.message.Envelope.Recipient;
import skypost.mail.message.HeaderBlock;
import skypost.mail.message.MessageId;
import skypost.mail.message.MessageSource;
import skypost.mail.message.StoredMessages;
import skypost.mail.message.StoredMessages.StoredMessage;
import skypost.mail.message.StoredSource;
import skypost.mail.trace.Traces;
import skypost.mail.trace.Traces.Outcome;
import skypost.mail.trace.Traces.Receipt;
import skypost.mail.trace.Traces.RecipientOutcome;
import skypost.mail.verify.Judgement.Reason;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.SmtpReply;

/**
 * Looks at a message before it is accepted. There is one reply for all recipients (RFC 5321 section
 * 3.3), so it is refused only where every one of them wants that; for the others it is filed as
 * their domains want.
 *
 * <p>What was staged is removed. Whoever is refused is not known here but for a trace of it.
 */
public final class CheckInSession implements SessionCheck {
  private final Ports ports;
  private final Clock clock;

  /**
   * What it works on.
   *
   * @param staged messages that are not accepted yet
   */
  public record Ports(
      StoredMessages staged,
      SenderVerifier verifier,
      CachedDomains domains,
      Traces traces,
      CountSenders counts) {}

  public CheckInSession(Ports ports, Clock clock) {
    this.ports = ports;
    this.clock = clock;
  }

  @Override
  public Optional<SmtpReply> refusal(MessageId id) throws IOException {
    Optional<StoredMessage> stored = ports.staged().open(id);
    if (stored.isEmpty()) {
      throw new IOException(id + " is not staged");
    }
    Envelope envelope = stored.get().envelope();
    StoredSource source;
    try (StoredMessage message = stored.get()) {
      source = StoredSource.of(ports.staged(), id, message);
    }
    Staged message = new Staged(id, envelope, source, ports.verifier().verify(envelope, source));
    Optional<SmtpReply> refusal = Optional.empty();
    Optional<Reason> reason = reason(message);
    if (reason.isPresent()) {
      refusal = Optional.of(reply(message, reason.get()));
      record(message, reason.get(), refusal.get());
      ports.counts().count(message.verification(), envelope, Policy.REJECT);
    }
    ports.staged().delete(List.of(id));
    return refusal;
  }

  /** A message that was looked at. */
  private record Staged(
      MessageId id, Envelope envelope, MessageSource source, Verification verification) {}

  /** Why the first recipient's domain refuses it, where all do. */
  private Optional<Reason> reason(Staged message) throws IOException {
    Optional<Reason> first = Optional.empty();
    for (Recipient recipient : message.envelope().recipients()) {
      SenderPolicy policy =
          ports
              .domains()
              .find(recipient.address().domain())
              .map(Domain::senderPolicy)
              .orElse(SenderPolicy.DEFAULT);
      if (!(JudgeSender.judge(message.verification(), message.envelope(), policy)
          instanceof Judgement.Refuse(Reason reason))) {
        return Optional.empty();
      }
      first = first.or(() -> Optional.of(reason));
    }
    return first;
  }

  /** X.7.26: multiple authentication checks failed (RFC 7372 section 3.3). */
  private static SmtpReply reply(Staged message, Reason reason) {
    DmarcVerdict dmarc = message.verification().sender().orElseThrow().message().dmarc();
    String why =
        switch (reason) {
          case SPOOFED -> "Mail from our own domains is taken from their own servers only";
          case DMARC_REJECT, DMARC_QUARANTINE ->
              "Unauthenticated mail from " + dmarc.domain() + " is refused by its DMARC policy";
        };
    return SmtpReply.of(550, 7, 26, why + " (" + message.id() + ")");
  }

  private void record(Staged message, Reason reason, SmtpReply reply) throws IOException {
    byte[] header;
    try (InputStream raw = message.source().open()) {
      header = HeaderBlock.read(raw);
    }
    List<RecipientOutcome> outcomes = new ArrayList<>();
    for (Recipient recipient : message.envelope().recipients()) {
      EmailAddress given = recipient.address();
      outcomes.add(new RecipientOutcome(given, given, new Outcome.Refused(reply), reason.word()));
    }
    String results = message.verification().results().value();
    Receipt refusal =
        new Receipt(
            message.id(),
            message.envelope(),
            message.source().size(),
            HeaderBlock.subject(header),
            clock.instant(),
            outcomes,
            results);
    ports.traces().recordRefusal(refusal);
    EventLog.info("refused")
        .with("id", message.id())
        .with("because", reason.word())
        .with("results", results)
        .write();
  }
}

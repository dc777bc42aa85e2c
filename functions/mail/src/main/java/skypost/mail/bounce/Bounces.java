package skypost.mail.bounce;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.message.Envelope;
import skypost.mail.message.HeaderBlock;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;

/**
 * Tells senders what could not be delivered. A bounce is a new message that comes in like any
 * other.
 */
public final class Bounces {
  /** Octets of a message that are given back at most; of a longer one the headers are. */
  public static final int MAX_RETURNED = 256 * 1024;

  private final IncomingMessages incoming;
  private final String hostname;

  /**
   * @param incoming where the bounce is put
   * @param hostname our own name: the Reporting-MTA, and the domain of MAILER-DAEMON
   */
  public Bounces(IncomingMessages incoming, String hostname) {
    this.incoming = incoming;
    this.hostname = hostname;
  }

  /** Our own name. */
  public String hostname() {
    return hostname;
  }

  /**
   * A message that failed.
   *
   * @param id its id
   * @param envelope its envelope: who is told, and the DSN parameters of MAIL FROM
   * @param content the raw message from its first octet; the header block is read, or all of it
   *     where {@link #wantsMessage the sender wants it back}. It is not closed
   * @param retriedUntil when the last attempt at recipients that are delayed will be, about
   */
  public record Original(
      MessageId id, Envelope envelope, InputStream content, Optional<Instant> retriedUntil) {
    /** One that nobody retries. */
    public Original(MessageId id, Envelope envelope, InputStream content) {
      this(id, envelope, content, Optional.empty());
    }
  }

  /** Whether the sender wants all of a message back that fails (RFC 3461 section 4.3). */
  public static boolean wantsMessage(Envelope envelope) {
    return "FULL".equalsIgnoreCase(envelope.senderParameters().get("RET"));
  }

  /**
   * Sends one report on all the recipients that ended at once, where somebody may and wants to be
   * told.
   *
   * @param bounce the bounce's id: derive it ({@link MessageId#derived}) from the step, so that a
   *     repeat makes no second one; its time becomes the bounce's date
   * @return the bounce's id when one was stored; empty when the sender is null or wants no notice
   * @throws IOException when it is not known to be stored: failed recipients must not be taken as
   *     ended
   */
  public Optional<MessageId> send(
      MessageId bounce, Original original, List<? extends Reported> ended) throws IOException {
    List<Reported> noticed = List.copyOf(ended.stream().filter(Reported::wantsNotice).toList());
    if (noticed.isEmpty()) {
      return Optional.empty();
    }
    Returned returned = Returned.of(original, noticed);
    Optional<EmailAddress> to =
        original.envelope().sender().or(() -> postmaster(original, returned, noticed));
    if (to.isEmpty()) {
      return Optional.empty();
    }
    DeliveryReport report =
        new DeliveryReport(hostname, bounce, to.get(), original, returned, noticed);
    try (IncomingMessages.Draft draft =
        incoming.begin(bounce, envelope(bounce, to.get(), original))) {
      report.writeTo(draft);
      draft.commit();
    }
    EventLog.info("bounce")
        .with("id", original.id())
        .with("bounce", bounce)
        .with("to", to.get())
        .with("recipients", noticed.size())
        .with("action", noticed.getFirst().action())
        .with("reply", noticed.getFirst().reply())
        .write();
    return Optional.of(bounce);
  }

  /**
   * Who hears of a report that failed itself. RFC 5321 section 6.1: not its sender, who is nobody.
   * Of our own our postmaster does, once; others' are dropped, and so is what he cannot be told.
   */
  private Optional<EmailAddress> postmaster(
      Original original, Returned returned, List<Reported> noticed) {
    EmailAddress postmaster = new EmailAddress("postmaster", hostname);
    boolean isOurs = original.envelope().origin().client().isEmpty();
    boolean wasForHim = HeaderBlock.field(returned.headers(), "To").equals(postmaster.toString());
    boolean hasFailed = noticed.stream().anyMatch(FailedRecipient.class::isInstance);
    boolean isTold = isOurs && hasFailed && !wasForHim;
    EventLog.warn("report-undelivered")
        .with("id", original.id())
        .with("to", noticed.getFirst().address())
        .with("reply", noticed.getFirst().reply())
        .with("reason", isTold ? "told the postmaster" : "dropped")
        .write();
    return isTold ? Optional.of(postmaster) : Optional.empty();
  }

  private Envelope envelope(MessageId bounce, EmailAddress to, Original original) {
    Map<String, String> parameters = new HashMap<>();
    if (to.isInternationalized()) {
      parameters.put("SMTPUTF8", "");
    }
    if (original.envelope().senderParameters().containsKey("REQUIRETLS")) {
      parameters.put("REQUIRETLS", ""); // RFC 8689 section 5: it quotes what was to be protected
    }
    return new Envelope(
        Optional.empty(),
        parameters,
        List.of(new Envelope.Recipient(to)),
        Envelope.Origin.internal(bounce.acceptedAt(), hostname));
  }
}

package skypost.mail.bounce;

import java.io.IOException;
import java.io.InputStream;
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
   * @param content the raw message from its first octet; only the header block is read, and it is
   *     not closed
   */
  public record Original(MessageId id, Envelope envelope, InputStream content) {}

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
    Optional<EmailAddress> sender = original.envelope().sender();
    List<Reported> noticed = List.copyOf(ended.stream().filter(Reported::wantsNotice).toList());
    if (sender.isEmpty()
        || noticed.isEmpty()) { // RFC 5321 section 6.1: no notification about a notification
      return Optional.empty();
    }
    byte[] headers = HeaderBlock.read(original.content());
    DeliveryReport report =
        new DeliveryReport(hostname, bounce, original.id(), original.envelope(), headers, noticed);
    try (IncomingMessages.Draft draft = incoming.begin(bounce, envelope(bounce, original))) {
      report.writeTo(draft);
      draft.commit();
    }
    EventLog.info("bounce")
        .with("id", original.id())
        .with("bounce", bounce)
        .with("to", sender.get())
        .with("recipients", noticed.size())
        .with("action", noticed.getFirst().action())
        .with("reply", noticed.getFirst().reply())
        .write();
    return Optional.of(bounce);
  }

  private Envelope envelope(MessageId bounce, Original original) {
    EmailAddress to = original.envelope().sender().orElseThrow();
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

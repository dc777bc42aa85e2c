package skypost.mail.filter;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.sieve.message.Message;
import skypost.mail.sieve.run.Action;
import skypost.mail.sieve.run.Memory;
import skypost.mail.sieve.run.Outgoing;
import skypost.mail.sieve.run.RunResult;
import skypost.protocol.address.EmailAddress;

/**
 * What a filter's decisions come to. A message lies in a mailbox once, as it came in: a second
 * folder gets a copy, and so does the only one when the script has edited the message. Copies,
 * redirected mail and replies are messages of their own, that come in like any other.
 *
 * @param filing where the message itself is filed; empty: nowhere
 * @param made the messages to be made, in the order of the actions
 * @param outcome what it comes to for the message itself
 * @param marks what is to be remembered when all is done
 */
public record FilterPlan(
    Optional<Filing> filing, List<Made> made, How outcome, List<Memory.Mark> marks) {
  public FilterPlan {
    made = List.copyOf(made);
    marks = List.copyOf(marks);
  }

  /**
   * Where a message is filed.
   *
   * @param flags IMAP flags
   */
  public record Filing(String folder, List<String> flags) {
    public Filing {
      flags = List.copyOf(flags);
    }

    /** Where mail goes that nobody says anything about. */
    public static final Filing INBOX = new Filing(Mailboxes.INBOX, List.of());

    /** Where mail goes whose sender is suspect, and that nobody says anything about. */
    public static final Filing JUNK = new Filing(Mailboxes.JUNK, List.of());

    /**
     * Where the envelope's recipient wants it; empty: where the user's filter says. Only we write
     * such recipients: SMTP takes no parameters of these names.
     */
    public static Optional<Filing> asked(Envelope.Recipient recipient) {
      String flags = recipient.parameters().getOrDefault(FLAGS, "");
      return Optional.ofNullable(recipient.parameters().get(FOLDER))
          .map(folder ->
              new Filing(folder, flags.isEmpty() ? List.of() : List.of(flags.split(" "))));
    }

    Map<String, String> parameters() {
      return flags.isEmpty()
          ? Map.of(FOLDER, folder)
          : Map.of(FOLDER, folder, FLAGS, String.join(" ", flags));
    }
  }

  private static final String FOLDER = "X-FOLDER";
  private static final String FLAGS = "X-FLAGS";

  /** Parameters of MAIL FROM that are about the message rather than about its delivery. */
  private static final List<String> OF_THE_MESSAGE = List.of("BODY", "SMTPUTF8", "REQUIRETLS");

  /** What was done. */
  public enum How {
    FILED,
    COPIED,
    REDIRECTED,
    REPLIED,
    REJECTED,
    DISCARDED,
    /** The user was told that the script fails. */
    TOLD;

    /** As traces say it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A message that the filter makes.
   *
   * @param id always the same for the same step
   * @param how what for
   * @param to who gets it
   */
  public record Made(MessageId id, How how, EmailAddress to, Envelope envelope, Content content) {}

  /** The octets of a message that is made; the caller closes it. */
  @FunctionalInterface
  public interface Content {
    InputStream open() throws IOException;
  }

  /** Nothing but filing. */
  static FilterPlan none(FilteredMail mail) {
    Filing filing = new Filing(mail.unasked(), List.of());
    return new FilterPlan(Optional.of(filing), List.of(), How.FILED, List.of());
  }

  /** Reads a run's result. */
  static FilterPlan of(RunResult result, FilteredMail mail) throws IOException {
    Optional<Filing> filing = Optional.empty();
    List<Made> made = new ArrayList<>();
    for (RunResult.Executed executed : result.actions()) {
      Optional<Filing> wanted = filing(executed, mail);
      if (wanted.isPresent() && filing.isEmpty() && !executed.message().edited()) {
        filing = wanted;
      } else if (wanted.isPresent()) {
        made.add(copy(mail, made.size(), wanted.get(), executed.message()));
      }
    }
    boolean rejected = result.actions().stream().anyMatch(FilterPlan::isRejection);
    for (Outgoing outgoing : result.sent()) {
      if (mail.suspect() && outgoing.content() instanceof Outgoing.Content.Composed) {
        continue; // RFC 5429 section 2.1.1 and RFC 5230 section 4.6: no answers to forged mail
      }
      How how =
          switch (outgoing.content()) {
            case Outgoing.Content.Forwarded _ -> How.REDIRECTED;
            // RFC 5230 section 4.7: never both in one run
            case Outgoing.Content.Composed _ -> rejected ? How.REJECTED : How.REPLIED;
          };
      made.add(sent(mail, made.size(), how, outgoing));
    }
    How outcome = rejected ? How.REJECTED : How.DISCARDED;
    if (filing.isPresent()) {
      outcome = How.FILED;
    } else if (made.stream().anyMatch(one -> one.how() == How.COPIED)) {
      outcome = How.COPIED;
    } else if (made.stream().anyMatch(one -> one.how() == How.REDIRECTED)) {
      outcome = How.REDIRECTED;
    }
    return new FilterPlan(filing, made, outcome, result.marks());
  }

  private static boolean isRejection(RunResult.Executed executed) {
    return executed.action() instanceof Action.Reject;
  }

  /** What the script asks for goes before what is made of the sender. */
  private static Optional<Filing> filing(RunResult.Executed executed, FilteredMail mail) {
    return switch (executed.action()) {
      case Action.Keep(List<String> flags) -> {
        String folder = executed.implicit() ? mail.unasked() : Mailboxes.INBOX;
        yield Optional.of(new Filing(folder, flags));
      }
      case Action.FileInto(String mailbox, boolean _, List<String> flags) ->
          Optional.of(new Filing(mailbox, flags));
      case Action.Redirect _ -> Optional.empty();
      case Action.Reject _ -> Optional.empty();
      case Action.Discard _ -> Optional.empty();
      case Action.Vacation _ -> Optional.empty();
    };
  }

  private static Made copy(FilteredMail mail, int number, Filing filing, Message message) {
    Envelope envelope =
        new Envelope(
            mail.envelope().sender(),
            ofTheMessage(mail.envelope()),
            List.of(new Envelope.Recipient(mail.user(), filing.parameters())),
            mail.envelope().origin().ofMadeFrom(mail.id()));
    return new Made(id(mail, number), How.COPIED, mail.user(), envelope, message::open);
  }

  private static Made sent(FilteredMail mail, int number, How how, Outgoing outgoing)
      throws IOException {
    Optional<EmailAddress> sender =
        how == How.REDIRECTED ? mail.senders().redirected(outgoing.to()) : outgoing.from();
    Map<String, String> parameters =
        how == How.REDIRECTED ? ofTheMessage(mail.envelope()) : Map.of();
    if (outgoing.to().isInternationalized()) { // RFC 6531 section 3.4
      parameters = new TreeMap<>(parameters);
      parameters.put("SMTPUTF8", "");
    }
    // RFC 5230 section 4.2: nobody wants to hear that a reply has not arrived
    Map<String, String> notify = how == How.REPLIED ? Map.of("NOTIFY", "NEVER") : Map.of();
    Envelope.Origin origin = // what a user writes is not of him who wrote to the user
        how == How.REDIRECTED
            ? mail.envelope().origin().ofMadeFrom(mail.id())
            : Envelope.Origin.onBehalfOf(mail.user(), mail.id().acceptedAt());
    Envelope envelope =
        new Envelope(
            sender, parameters, List.of(new Envelope.Recipient(outgoing.to(), notify)), origin);
    return new Made(id(mail, number), how, outgoing.to(), envelope, outgoing::open);
  }

  private static Map<String, String> ofTheMessage(Envelope envelope) {
    Map<String, String> parameters = new TreeMap<>(envelope.senderParameters());
    parameters.keySet().retainAll(OF_THE_MESSAGE);
    return parameters;
  }

  private static MessageId id(FilteredMail mail, int number) {
    String cause = "filter " + mail.id() + " " + mail.user() + " " + number;
    return MessageId.derived(mail.id().acceptedAt(), cause);
  }
}

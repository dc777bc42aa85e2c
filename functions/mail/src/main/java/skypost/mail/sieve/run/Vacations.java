package skypost.mail.sieve.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import skypost.mail.sieve.message.Header;
import skypost.mail.sieve.message.HeaderField;
import skypost.mail.sieve.message.MailAddress;
import skypost.mail.sieve.message.MessageView;
import skypost.mail.sieve.message.Names;
import skypost.mail.sieve.script.Instruction;
import skypost.mail.sieve.script.Text;
import skypost.protocol.address.EmailAddress;

/** Tells senders that the user is away (RFC 5230), as seldom as RFC 3834 asks. */
final class Vacations {
  /** RFC 5230 section 4.6, RFC 3834 section 2: addresses behind which no person reads. */
  private static final Pattern NO_PERSON =
      Pattern.compile(
          "(?i)(mailer-daemon|postmaster-bounces|listserv|majordomo|no-?reply|do-?not-?reply"
              + "|owner-.*|bounces?([-+].*)?|.*-(request|relay|owner|bounces?))");

  private static final List<String> TO =
      List.of("To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc");

  private final State state;
  private final MessageView view;
  private final Situation situation;
  private final Ledger ledger;
  private boolean called;

  Vacations(State state, MessageView view, Situation situation, Ledger ledger) {
    this.state = state;
    this.view = view;
    this.situation = situation;
    this.ledger = ledger;
  }

  /** The reply, where one is due. */
  Optional<Outgoing> reply(Instruction.Vacation vacation) {
    if (called) { // RFC 5230 section 4.7
      throw new RunException(vacation.at(), "vacation can be used once for a message");
    }
    called = true;
    List<EmailAddress> own = ownAddresses(vacation);
    Optional<EmailAddress> sender = situation.sender();
    Optional<EmailAddress> addressed = addressed(own);
    String reason = state.expand(vacation.reason());
    boolean due =
        sender.isPresent()
            && addressed.isPresent()
            && mayReply(view.header(), sender.get())
            && own.stream().noneMatch(one -> same(one, sender.get()));
    if (!due || repliedBefore(vacation, sender.get())) {
      return Optional.empty();
    }
    ledger.vacation(vacation.at(), new Action.Vacation(reason, sender.get()));
    return Optional.of(
        new Outgoing(
            Optional.empty(), // RFC 3834 section 3.3: nothing answers an answer
            sender.get(),
            new Outgoing.Content.Composed(compose(vacation, addressed.get(), reason))));
  }

  private List<EmailAddress> ownAddresses(Instruction.Vacation vacation) {
    List<EmailAddress> own = new ArrayList<>();
    situation
        .recipient()
        .ifPresent(recipient -> {
          own.add(recipient);
          int detail = recipient.local().indexOf('+'); // RFC 5233 section 4
          if (detail > 0) {
            own.add(new EmailAddress(recipient.local().substring(0, detail), recipient.domain()));
          }
        });
    own.addAll(situation.owner());
    for (Text address : vacation.addresses()) {
      String text = state.expand(address);
      own.add(
          Names.address(text)
              .orElseThrow(() -> new RunException(address.at(), "this is no mail address")));
    }
    return own;
  }

  /** RFC 5230 section 4.5: only who was written to by name replies. */
  private Optional<EmailAddress> addressed(List<EmailAddress> own) {
    List<MailAddress> written = new ArrayList<>();
    for (String name : TO) {
      for (HeaderField field : view.header().all(name)) {
        written.addAll(field.addresses());
      }
    }
    return own.stream()
        .filter(one ->
            written.stream()
                .anyMatch(to -> Names.address(to.all()).stream().anyMatch(a -> same(a, one))))
        .findFirst();
  }

  private static boolean same(EmailAddress one, EmailAddress other) {
    return one.canonical().equals(other.canonical());
  }

  /** RFC 5230 section 4.6, RFC 3834 section 2. */
  private static boolean mayReply(Header header, EmailAddress sender) {
    boolean list = header.hasWithPrefix("list-") || header.has("Mailing-List");
    boolean automatic =
        header
            .text("Auto-Submitted")
            .map(value -> !value.split("[;\\s(]", 2)[0].equalsIgnoreCase("no"))
            .orElse(false);
    boolean bulk =
        header.all("Precedence").stream()
            .map(field -> field.text().toLowerCase(Locale.ROOT))
            .anyMatch(value -> List.of("bulk", "junk", "list").contains(value));
    boolean unwanted =
        header.all("X-Auto-Response-Suppress").stream()
            .flatMap(field -> List.of(field.text().split("[,\\s]+")).stream())
            .anyMatch(value -> value.equalsIgnoreCase("All") || value.equalsIgnoreCase("OOF"));
    return !list
        && !automatic
        && !bulk
        && !unwanted
        && !NO_PERSON.matcher(sender.local()).matches();
  }

  /**
   * RFC 5230 section 4.2: told apart by the handle, or else by all that makes the reply, without
   * what variables put into it.
   */
  private boolean repliedBefore(Instruction.Vacation vacation, EmailAddress to) {
    String handle =
        vacation
            .handle()
            .map(text -> Digest.of("handle", state.expand(text)))
            .orElseGet(() ->
                Digest.of(
                    "reply",
                    vacation.subject().map(Text::written).orElse(""),
                    vacation.from().map(Text::written).orElse(""),
                    String.valueOf(vacation.mime()),
                    vacation.reason().written()));
    String key = Digest.of("vacation", handle, to.canonical().toString());
    try {
      if (ledger.remembers(key)) {
        return true;
      }
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
    ledger.mark(new Memory.Mark(key, situation.now().plus(period(vacation))));
    return false;
  }

  private static Duration period(Instruction.Vacation vacation) {
    if (vacation.seconds().isEmpty()) {
      return Limits.VACATION_USUAL;
    }
    long seconds =
        Math.clamp(
            vacation.seconds().getAsLong(),
            Limits.VACATION_SHORTEST.toSeconds(),
            Limits.VACATION_LONGEST.toSeconds());
    return Duration.ofSeconds(seconds);
  }

  /** RFC 5230 section 5. */
  private byte[] compose(Instruction.Vacation vacation, EmailAddress own, String reason) {
    // RFC 5230 section 4.3: what is no address is ignored once the script runs
    String from =
        vacation.from().map(state::expand).filter(Names::isMailboxList).orElse(own.toString());
    String subject =
        vacation
            .subject()
            .map(state::expand)
            .orElseGet(() ->
                view.header()
                    .text("Subject")
                    .map(text -> "Auto: " + text)
                    .orElse("Automated reply"));
    Reply reply = new Reply(situation, "vacation");
    reply.addressField("From", from);
    reply.addressField("To", situation.sender().orElseThrow().toString());
    reply.field("Subject", subject);
    reply.answers(view.header());
    return vacation.mime() ? reply.withPart(reason) : reply.withText(reason);
  }
}

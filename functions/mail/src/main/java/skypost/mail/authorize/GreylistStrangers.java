package skypost.mail.authorize;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.authorize.Authorizer.RecipientsQuestion;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/**
 * Greylisting (RFC 6647): mail of a client network, sender and recipient that have not come
 * together before is put off once. Who comes again, later than a minimum and within a window,
 * passes from then on with all mail of the sender's domain, as long as some comes within 35 days.
 */
final class GreylistStrangers {
  static final Duration WAIT = Duration.ofMinutes(5);
  static final Duration WINDOW = Duration.ofDays(2);
  static final Duration PASSES = Duration.ofDays(35); // a monthly newsletter comes in time
  private static final Duration RENEWED = PASSES.minusDays(7); // so one write a week at most
  private static final Duration REMEMBERED = Duration.ofMinutes(10);
  private static final int MOST = 10_000;

  private final Greylist greylist;
  private final Clock clock;
  private final Map<String, Instant> passing =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > MOST;
        }
      };

  GreylistStrangers(Greylist greylist, Clock clock) {
    this.greylist = greylist;
    this.clock = clock;
  }

  /**
   * The answers to recipients that are accepted but for this: those that come too early put off.
   */
  List<RecipientAnswer> screen(RecipientsQuestion question, List<RecipientAnswer> accepted)
      throws IOException {
    Instant now = clock.instant();
    String network = ClientNetwork.around(question.client());
    // A null sender is one like others; its domain is nobody's.
    String pass = network + "#" + question.sender().map(EmailAddress::domain).orElse("<>");
    if (passes(pass, now)) {
      return accepted;
    }
    String sender = question.sender().map(from -> from.canonical().toString()).orElse("<>");
    List<RecipientAnswer> screened = new ArrayList<>();
    Iterator<EmailAddress> recipients = question.recipients().iterator();
    boolean comesAgain = false;
    for (RecipientAnswer answer : accepted) {
      String triplet = network + "#" + sender + "#" + recipients.next().canonical();
      Instant first = greylist.see(triplet, now, now.minus(WINDOW), now.plus(WINDOW));
      Duration left = Duration.between(now, first.plus(WAIT));
      comesAgain |= !left.isPositive();
      screened.add(left.isPositive() ? comeAgain(left) : answer);
    }
    if (comesAgain) {
      letPass(pass, now);
    }
    return screened;
  }

  private boolean passes(String pass, Instant now) throws IOException {
    synchronized (passing) {
      if (passing.getOrDefault(pass, Instant.MIN).isAfter(now)) {
        return true;
      }
    }
    Optional<Instant> until = greylist.passesUntil(pass).filter(now::isBefore);
    if (until.isEmpty()) {
      return false;
    }
    if (until.get().isBefore(now.plus(RENEWED))) {
      letPass(pass, now);
    } else {
      remember(pass, now);
    }
    return true;
  }

  private void letPass(String pass, Instant now) throws IOException {
    greylist.pass(pass, now.plus(PASSES));
    remember(pass, now);
  }

  private void remember(String pass, Instant now) {
    synchronized (passing) {
      passing.remove(pass); // so that the eldest goes first
      passing.put(pass, now.plus(REMEMBERED));
    }
  }

  /** RFC 6647 section 2: temporary, and so never remembered by a front. */
  private static RecipientAnswer comeAgain(Duration left) {
    long seconds = left.plusMillis(999).toSeconds();
    return new RecipientAnswer(
        false,
        SmtpReply.of(451, 7, 1, "greylisted, please try again in " + seconds + " seconds"),
        "greylisted");
  }
}

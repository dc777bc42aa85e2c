package skypost.mail.receive;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.auth.dmarc.Policy;
import skypost.mail.filter.FilterPlan;
import skypost.mail.filter.FilterPlan.Filing;
import skypost.mail.filter.FilteredMail;
import skypost.mail.mailbox.DomainQuota;
import skypost.mail.mailbox.FinalDelivery;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.DeliveryOutcome;
import skypost.mail.receive.Resolution.Failed;
import skypost.mail.receive.Resolution.Local;
import skypost.mail.trace.Traces.Outcome;
import skypost.mail.trace.Traces.RecipientOutcome;
import skypost.mail.verify.JudgeSender;
import skypost.mail.verify.Judgement;
import skypost.mail.verify.Judgement.Reason;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/**
 * Brings one message to mailboxes here: judges its sender as the recipient's domain wants it, asks
 * the user's filter, and files it, or takes down why not.
 */
final class DeliverLocally {
  private static final SmtpReply FULL =
      SmtpReply.of(552, 2, 2, "the mailbox is full"); // RFC 3463 section 3.3
  private static final SmtpReply GONE = SmtpReply.of(550, 1, 1, "no such mailbox here");

  private final Means means;
  private final Arrived message;
  private final OutboundEntries outbound;
  private final BodyNeed body;
  private final Ends ends;
  private final List<Filtered> filtered = new ArrayList<>();
  private Policy done = Policy.NONE;

  /** What every message is delivered with. */
  record Means(ReceiveMessage.Ports ports, ResolveRecipients resolver, DomainQuota quota) {}

  /** What the filter of one recipient decided. */
  private record Filtered(FilteredMail mail, FilterPlan plan) {}

  /**
   * A mailbox that the message is for.
   *
   * @param suspicion why its sender is not believed, in a word; empty: it is
   */
  private record Target(Local local, String suspicion) {
    EmailAddress user() {
      return local.user();
    }

    EmailAddress given() {
      return local.given().address();
    }

    boolean isSuspect() {
      return !suspicion.isEmpty();
    }

    /** Why it came to what it did, when that lies in its sender. */
    String because(Outcome outcome) {
      boolean junk =
          outcome instanceof Outcome.Filed(String folder, long _) && folder.equals(Mailboxes.JUNK);
      return junk ? suspicion : "";
    }
  }

  /**
   * @param outbound names the sender of what a filter sends on
   * @param body is told who keeps it
   * @param ends is told what becomes of each recipient
   */
  DeliverLocally(Means means, Arrived message, OutboundEntries outbound, BodyNeed body, Ends ends) {
    this.means = means;
    this.message = message;
    this.outbound = outbound;
    this.body = body;
    this.ends = ends;
  }

  /** The strictest policy that was applied to any of the recipients. */
  Policy done() {
    return done;
  }

  /** Brings the message to one of its recipients. */
  void deliver(Local local) throws IOException {
    Target target = new Target(local, suspicion(local));
    done = target.isSuspect() ? Policy.QUARANTINE : done;
    Optional<Filing> asked = Filing.asked(local.given());
    if (asked.isPresent()) { // a copy that a filter has made
      file(target, asked.get());
    } else if (local.filter().isPresent()) {
      filter(target, local.filter().get());
    } else {
      file(target, target.isSuspect() ? Filing.JUNK : Filing.INBOX);
    }
    means.quota().count(local.user().domain(), local.rules());
  }

  /** Lets the filters remember what they decided, once nothing of it will be repeated. */
  void remember() throws IOException {
    for (Filtered each : filtered) {
      means.ports().filters().remember(each.mail(), each.plan());
    }
  }

  private String suspicion(Local local) throws IOException {
    if (message.verification().isTrusted()) {
      return "";
    }
    String domain = local.given().address().domain();
    return switch (JudgeSender.judge(
        message.verification(), message.envelope(), means.resolver().senderPolicy(domain))) {
      case Judgement.Accept() -> "";
      case Judgement.Junk(Reason reason) -> reason.word();
      case Judgement.Refuse(Reason reason) -> reason.word(); // it has been taken
    };
  }

  private void filter(Target target, String version) throws IOException {
    EmailAddress user = target.user();
    var mail =
        new FilteredMail(
            message.id(),
            message.envelope(),
            message.content(),
            target.given(),
            user,
            target.isSuspect(),
            to -> outbound.redirected(user.domain(), to));
    FilterPlan plan = means.ports().filters().apply(mail, version);
    filtered.add(new Filtered(mail, plan));
    for (FilterPlan.Made made : plan.made()) {
      var outcome = new Outcome.Filtered(made.how().word(), Optional.of(made.id().toString()));
      ends.note(new RecipientOutcome(target.given(), made.to(), outcome));
    }
    if (plan.filing().isPresent()) {
      file(target, plan.filing().get());
      return;
    }
    discard(target, plan);
  }

  /**
   * What is kept nowhere goes among the deleted, where the user finds it for a time; in one write
   * that also stops a run of another script, or of an earlier hour, from filing it.
   */
  private void discard(Target target, FilterPlan plan) throws IOException {
    Mailboxes mailboxes = means.ports().mailboxes();
    switch (mailboxes.discard(target.user(), delivery(target, Filing.INBOX))) {
      case DeliveryOutcome.Filed _ -> discarded(target, plan);
      case DeliveryOutcome.Duplicate(boolean removed) -> {
        if (removed) {
          discarded(target, plan);
        } else {
          filed(target, new Outcome.FiledBefore(folderNow(target, Mailboxes.INBOX)));
        }
      }
      case DeliveryOutcome.OverQuota() -> throw new IllegalStateException("no quota counts it");
      case DeliveryOutcome.NoMailbox() -> body.letGo(target.user()); // removed this very moment
    }
  }

  private void discarded(Target target, FilterPlan plan) {
    body.keep();
    if (plan.made().isEmpty()) {
      var outcome = new Outcome.Filtered(plan.outcome().word(), Optional.empty());
      ends.note(new RecipientOutcome(target.given(), target.user(), outcome));
    }
    if (plan.outcome() != FilterPlan.How.REJECTED) { // its sender has been told otherwise
      ends.delivered(target.local().given());
    }
  }

  private void file(Target target, Filing filing) throws IOException {
    EmailAddress user = target.user();
    String folder = filing.folder();
    Local local = target.local();
    if (means.quota().isFull(user.domain(), local.rules(), message.content().size())) {
      refuse(target, filing);
      return;
    }
    switch (means.ports().mailboxes().deliver(user, delivery(target, filing))) {
      case DeliveryOutcome.Filed(long uid) -> {
        means.quota().filed(user.domain(), local.rules(), message.content().size());
        filed(target, new Outcome.Filed(folder, uid));
      }
      case DeliveryOutcome.Duplicate _ -> // perhaps when it was judged otherwise
          filed(target, new Outcome.FiledBefore(folderNow(target, folder)));
      case DeliveryOutcome.OverQuota() -> refuse(target, filing);
      case DeliveryOutcome.NoMailbox() -> gone(target);
    }
  }

  private String folderNow(Target target, String otherwise) throws IOException {
    return means.ports().mailboxes().folderOf(target.user(), message.id()).orElse(otherwise);
  }

  private void filed(Target target, Outcome outcome) {
    body.keep();
    ends.note(
        new RecipientOutcome(target.given(), target.user(), outcome, target.because(outcome)));
    ends.delivered(target.local().given());
  }

  /** The mailbox was removed this very moment. */
  private void gone(Target target) throws IOException {
    ends.failed(new Failed(target.local().given(), target.user(), GONE));
    body.letGo(target.user());
  }

  /**
   * Among the deleted, where no quota counts it, the refusal is final: another run that finds room
   * cannot file what has been bounced, and whose body would go.
   */
  private void refuse(Target target, Filing filing) throws IOException {
    switch (means.ports().mailboxes().discard(target.user(), delivery(target, filing))) {
      case DeliveryOutcome.Duplicate(boolean removed) when !removed ->
          filed(target, new Outcome.FiledBefore(filing.folder()));
      case DeliveryOutcome.NoMailbox() -> gone(target);
      case DeliveryOutcome _ -> {
        body.keep();
        ends.failed(new Failed(target.local().given(), target.user(), FULL));
      }
    }
  }

  private Delivery delivery(Target target, Filing filing) {
    String folder = filing.folder();
    return new Delivery(
        message.id(),
        folder,
        FinalDelivery.size(message.envelope(), target.user(), message.content().size()),
        body.isShared(),
        message.subject(),
        filing.flags(),
        message.results(),
        target.local().rules().times().of(folder).map(message.id().acceptedAt()::plus));
  }
}

package skypost.mail.receive;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.bounce.FailedRecipient;
import skypost.mail.bounce.Reported;
import skypost.mail.bounce.SucceededRecipient;
import skypost.mail.message.Envelope.Recipient;
import skypost.mail.receive.Resolution.Failed;
import skypost.mail.trace.Traces.Outcome;
import skypost.mail.trace.Traces.RecipientOutcome;
import skypost.protocol.smtp.SmtpReply;

/** What has become of the recipients of one message: for its receipt, and for its sender. */
final class Ends {
  private static final SmtpReply DELIVERED = SmtpReply.of(250, 1, 5, "delivered");

  private final List<RecipientOutcome> outcomes = new ArrayList<>();
  private final List<Reported> delivered = new ArrayList<>();
  private final List<Failed> failed = new ArrayList<>();

  /** Takes down an outcome that its sender does not hear of, or not from us. */
  void note(RecipientOutcome outcome) {
    outcomes.add(outcome);
  }

  /** A recipient's way has ended well, as far as its sender is concerned. */
  void delivered(Recipient given) {
    delivered.add(
        new SucceededRecipient(
            given.address(),
            given.parameters(),
            SucceededRecipient.How.DELIVERED,
            DELIVERED,
            Optional.empty()));
  }

  /** A recipient was read as a report. */
  void read(Recipient given) {
    var outcome = new Outcome.Filtered("read as a report", Optional.empty());
    note(new RecipientOutcome(given.address(), given.address(), outcome));
    delivered(given);
  }

  void failed(Failed failure) {
    failed.add(failure);
  }

  boolean isAnyFailed() {
    return !failed.isEmpty();
  }

  /** For the receipt. */
  List<RecipientOutcome> outcomes() {
    List<RecipientOutcome> all = new ArrayList<>(outcomes);
    for (Failed failure : failed) {
      var outcome = new Outcome.Failed(failure.reply());
      all.add(new RecipientOutcome(failure.given().address(), failure.address(), outcome));
    }
    return List.copyOf(all);
  }

  /** For the sender. */
  List<Reported> reported() {
    List<Reported> all = new ArrayList<>(delivered);
    for (Failed failure : failed) {
      Recipient given = failure.given();
      all.add(
          new FailedRecipient(
              given.address(), given.parameters(), failure.reply(), Optional.empty()));
    }
    return List.copyOf(all);
  }
}

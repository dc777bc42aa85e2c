package skypost.mail.trace;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/**
 * Receipts of messages: written once by ReceiveFunction when it has dealt with every recipient. A
 * message without one is unfinished, and the sweeper takes it up again.
 */
public interface Traces {
  /** How many messages {@link #withoutReceipt} can be asked about. */
  int MOST_AT_ONCE = 100;

  /**
   * Keeps a receipt. Of a repeated one the first stays: it tells what was done, the second that it
   * had been.
   */
  void record(Receipt receipt) throws IOException;

  Optional<Receipt> receipt(MessageId id) throws IOException;

  /**
   * Which of these have no receipt, in their order. The answer may be a moment old.
   *
   * @param ids {@value #MOST_AT_ONCE} at most, no one twice
   */
  List<MessageId> withoutReceipt(List<MessageId> ids) throws IOException;

  /**
   * Keeps what is known of a message that was refused in the dialogue, and so is none of ours. It
   * is no receipt: should the message have been taken all the same, it is unfinished.
   */
  void recordRefusal(Receipt refusal) throws IOException;

  /** What {@link #recordRefusal} kept. */
  Optional<Receipt> refusal(MessageId id) throws IOException;

  /**
   * What was decided about a message.
   *
   * @param id the message
   * @param envelope as it came in
   * @param size octets of the raw message
   * @param subject for listings; may be shortened
   * @param finishedAt when the last recipient was dealt with
   * @param outcomes one for each final recipient, after aliases
   * @param results what was found out about the sender, as {@link
   *     skypost.mail.message.SenderResults} has it; empty where nothing was
   */
  record Receipt(
      MessageId id,
      Envelope envelope,
      long size,
      String subject,
      Instant finishedAt,
      List<RecipientOutcome> outcomes,
      String results) {
    public Receipt {
      outcomes = List.copyOf(outcomes);
    }

    /** Of a message that was not verified. */
    public Receipt(
        MessageId id,
        Envelope envelope,
        long size,
        String subject,
        Instant finishedAt,
        List<RecipientOutcome> outcomes) {
      this(id, envelope, size, subject, finishedAt, outcomes, "");
    }
  }

  /**
   * What became of one recipient.
   *
   * @param given as in the envelope
   * @param recipient after aliases and plus addresses
   * @param outcome what was done
   * @param because what its sender has to do with it, such as {@code dmarc-reject}; may be empty
   */
  record RecipientOutcome(
      EmailAddress given, EmailAddress recipient, Outcome outcome, String because) {
    /** What was done for no reason that lies in the sender. */
    public RecipientOutcome(EmailAddress given, EmailAddress recipient, Outcome outcome) {
      this(given, recipient, outcome, "");
    }
  }

  /** What ReceiveFunction did. */
  sealed interface Outcome {
    /** In a mailbox. */
    record Filed(String folder, long uid) implements Outcome {}

    /** In a mailbox already, from an earlier run of the same step. */
    record FiledBefore(String folder) implements Outcome {}

    /** Handed to the outbound queue as this entry. */
    record Queued(String entry) implements Outcome {}

    /**
     * What the user's filter did besides filing.
     *
     * @param how such as {@code redirected} or {@code discarded}
     * @param message the id of the message that was made for it; empty when none was
     */
    record Filtered(String how, Optional<String> message) implements Outcome {}

    /** Not deliverable; a bounce was sent where the sender may get one. */
    record Failed(SmtpReply reply) implements Outcome {}

    /** Refused in the dialogue: the client knows. */
    record Refused(SmtpReply reply) implements Outcome {}
  }
}

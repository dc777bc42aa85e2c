package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.trace.Traces;
import skypost.mail.trace.Traces.Outcome;
import skypost.mail.trace.Traces.Receipt;
import skypost.mail.trace.Traces.RecipientOutcome;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/** What every {@link Traces} must do. */
public abstract class TracesContract {
  private static final Instant FINISHED = Instant.parse("2026-11-25T08:00:01.234Z");

  /** The traces under test. */
  protected abstract Traces traces() throws IOException;

  @Test
  void aReceiptComesBackWithEveryField() throws IOException {
    Traces traces = traces();
    Envelope envelope = Samples.fullEnvelope();
    var given = envelope.recipients().getFirst().address();
    MessageId id = Samples.id();
    var receipt =
        new Receipt(
            id,
            envelope,
            10_000_000_001L,
            "Grüße \"aus\" 北京 \uD83D\uDCEC\t.",
            FINISHED,
            List.of(
                new RecipientOutcome(
                    given, Samples.user(), new Outcome.Filed("INBOX", 4_294_967_295L)),
                new RecipientOutcome(given, Samples.user(), new Outcome.FiledBefore("Junk")),
                new RecipientOutcome(
                    given, Samples.user(), new Outcome.Queued(id + "~far.example~0")),
                new RecipientOutcome(
                    given,
                    Samples.user(),
                    new Outcome.Failed(SmtpReply.of(552, 2, 2, "mailbox full", "over quota"))),
                new RecipientOutcome(given, given, new Outcome.Failed(SmtpReply.plain(550, "no"))),
                new RecipientOutcome(
                    given, Samples.user(), new Outcome.Filed("Junk", 7), "dmarc-reject")),
            "mx.example; spf=pass smtp.mailfrom=x.example; dkim=fail reason=\"?\"; arc=none");

    traces.record(receipt);

    assertThat(traces.receipt(id)).contains(receipt);
  }

  @Test
  void aReceiptOfABounceComesBack() throws IOException {
    Traces traces = traces();
    Envelope bounce =
        new Envelope(
            Optional.empty(),
            java.util.Map.of(),
            List.of(new Envelope.Recipient(Samples.address("ann@local.example"))),
            Envelope.Origin.internal(FINISHED, "mx.example"));
    var receipt = new Receipt(Samples.id(), bounce, 0, "", FINISHED, List.of());

    traces.record(receipt);

    assertThat(traces.receipt(receipt.id())).contains(receipt);
  }

  @Test
  void ofARepeatedReceiptTheFirstStays() throws IOException {
    Traces traces = traces();
    MessageId id = Samples.id();
    var first = new Receipt(id, Samples.envelope(), 10, "first", FINISHED, List.of());
    var second =
        new Receipt(id, Samples.envelope(), 10, "second", FINISHED.plusSeconds(1), List.of());

    traces.record(first);
    traces.record(second);

    assertThat(traces.receipt(id)).contains(first);
  }

  @Test
  void aMessageWithoutReceiptHasNone() throws IOException {
    assertThat(traces().receipt(Samples.id())).isEmpty();
  }

  @Test
  void ofAHundredMessagesThoseWithoutReceiptAreNamed() throws IOException {
    Traces traces = traces();
    List<MessageId> all = Stream.generate(Samples::id).limit(Traces.MOST_AT_ONCE).toList();
    List<MessageId> unfinished = List.of(all.get(0), all.get(41), all.get(99));
    for (MessageId id : all) {
      if (!unfinished.contains(id)) {
        traces.record(new Receipt(id, Samples.envelope(), 10, "", FINISHED, List.of()));
      }
    }
    traces.recordRefusal(
        new Receipt(all.getFirst(), Samples.envelope(), 10, "", FINISHED, List.of()));

    assertThat(traces.withoutReceipt(all)).isEqualTo(unfinished);
    assertThat(traces.withoutReceipt(List.of())).isEmpty();
  }

  @Test
  void aRefusalIsKeptAndIsNoReceipt() throws IOException {
    Traces traces = traces();
    MessageId id = Samples.id();
    EmailAddress given = Samples.user();
    var refused = new Outcome.Refused(SmtpReply.of(550, 7, 26, "forged"));
    var refusal =
        new Receipt(
            id,
            Samples.fullEnvelope(),
            10,
            "win",
            FINISHED,
            List.of(new RecipientOutcome(given, given, refused, "spoofed")),
            "mx.example; dmarc=fail");

    traces.recordRefusal(refusal);

    assertThat(traces.refusal(id)).contains(refusal);
    assertThat(traces.receipt(id)).isEmpty();
    assertThat(traces.refusal(Samples.id())).isEmpty();
  }

  @Test
  void aHundredRecipientsFit() throws IOException {
    Traces traces = traces();
    MessageId id = Samples.id();
    List<RecipientOutcome> outcomes =
        java.util.stream.IntStream.range(0, 100)
            .mapToObj(i -> {
              var user = Samples.user();
              return new RecipientOutcome(user, user, new Outcome.Filed("INBOX", i + 1));
            })
            .toList();
    var receipt = new Receipt(id, Samples.envelope(), 5, "to all", FINISHED, outcomes);

    traces.record(receipt);

    assertThat(traces.receipt(id)).contains(receipt);
  }
}

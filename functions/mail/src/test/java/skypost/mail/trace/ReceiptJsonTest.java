package skypost.mail.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.trace.Traces.Outcome;
import skypost.mail.trace.Traces.Receipt;
import skypost.mail.trace.Traces.RecipientOutcome;
import skypost.protocol.address.EmailAddress;

/** Receipts fit into an item of DynamoDB, whoever names how many recipients. */
class ReceiptJsonTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final int ITEM = 400 * 1024;

  private static Receipt receipt(int recipients, String tag, String orcpt) {
    MessageId id = MessageId.derived(NOW, "many");
    var to =
        IntStream.range(0, recipients)
            .mapToObj(i ->
                new Envelope.Recipient(
                    new EmailAddress("ann+" + tag + i, "local.example"),
                    orcpt.isEmpty() ? Map.of("NOTIFY", "NEVER") : Map.of("ORCPT", orcpt)))
            .toList();
    var envelope =
        new Envelope(
            EmailAddress.parse("joe@far.example"),
            Map.of(),
            to,
            Envelope.Origin.internal(NOW, "mx.local.example"));
    var ann = new EmailAddress("ann", "local.example");
    var outcomes =
        to.stream()
            .map(each -> new RecipientOutcome(each.address(), ann, new Outcome.Filed("INBOX", 1)))
            .toList();
    return new Receipt(id, envelope, 5, "hi", NOW, outcomes);
  }

  private static Receipt written(Receipt receipt) throws IOException {
    String json = ReceiptJson.write(receipt);
    assertThat(json).hasSizeLessThan(ITEM);
    return ReceiptJson.read(receipt.id(), json);
  }

  @Test
  void whatFitsIsKeptWhole() throws IOException {
    Receipt receipt = receipt(100, "x", "rfc822;ann@local.example");

    assertThat(written(receipt)).isEqualTo(receipt);
  }

  @Test
  void longParametersOfManyAreLeftOut() throws IOException {
    assertThat(written(receipt(1000, "x", "rfc822;" + "a".repeat(480))))
        .isEqualTo(withPlainRecipients(receipt(1000, "x", "")));
  }

  private static Receipt withPlainRecipients(Receipt receipt) {
    Envelope envelope = receipt.envelope();
    var plain =
        envelope.recipients().stream().map(each -> new Envelope.Recipient(each.address())).toList();
    return new Receipt(
        receipt.id(),
        new Envelope(envelope.sender(), envelope.senderParameters(), plain, envelope.origin()),
        receipt.size(),
        receipt.subject(),
        receipt.finishedAt(),
        receipt.outcomes());
  }

  @Test
  void ofTooManyTheFirstAreKept() throws IOException {
    Receipt receipt = receipt(5000, "x".repeat(50), "");

    Receipt written = written(receipt);

    assertThat(written.outcomes()).hasSizeGreaterThan(500).hasSizeLessThan(5000);
    assertThat(receipt.outcomes()).startsWith(written.outcomes().getFirst());
    assertThat(written.subject()).isEqualTo("hi");
    assertThat(Optional.of(written.id())).contains(receipt.id());
  }
}

package skypost.mail.mailbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.message.Envelope;
import skypost.protocol.address.EmailAddress;

class FinalDeliveryTest {
  private static final EmailAddress ANNA = new EmailAddress("anna", "here.example");

  @Test
  void namesTheSenderAndTheMailbox() {
    assertThat(headers(Optional.of(new EmailAddress("bob", "there.example")), ANNA))
        .isEqualTo("Return-Path: <bob@there.example>\r\nDelivered-To: anna@here.example\r\n");
  }

  @Test
  void aBounceHasTheNullReversePath() {
    assertThat(headers(Optional.empty(), ANNA)).startsWith("Return-Path: <>\r\n");
  }

  @Test
  void quotesALocalPartThatNeedsIt() {
    assertThat(headers(Optional.empty(), new EmailAddress("a b", "here.example")))
        .contains("Delivered-To: \"a b\"@here.example\r\n");
  }

  @Test
  void countsOctetsNotCharacters() {
    Envelope envelope = envelope(Optional.of(new EmailAddress("jörg", "there.example")));
    String fields = new String(FinalDelivery.headers(envelope, ANNA), UTF_8);
    assertThat(fields).contains("<jörg@there.example>");
    assertThat(FinalDelivery.size(envelope, ANNA, 100)).isEqualTo(fields.length() + 1 + 100);
  }

  private static String headers(Optional<EmailAddress> sender, EmailAddress user) {
    return new String(FinalDelivery.headers(envelope(sender), user), UTF_8);
  }

  private static Envelope envelope(Optional<EmailAddress> sender) {
    var origin =
        new Envelope.Origin(
            Instant.EPOCH, Optional.of("192.0.2.1"), "mx", Optional.empty(), Optional.empty());
    return new Envelope(sender, Map.of(), List.of(new Envelope.Recipient(ANNA)), origin);
  }
}

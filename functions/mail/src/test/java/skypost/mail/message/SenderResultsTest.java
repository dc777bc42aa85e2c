package skypost.mail.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.protocol.address.EmailAddress;

/** What readers are told of a sender, and what nobody else may tell them in our name. */
class SenderResultsTest {
  private static final String USUAL =
      "mx.local.example; spf=pass smtp.mailfrom=far.example; dkim=pass header.d=far.example"
          + " header.s=s2026 header.a=rsa-sha256; dmarc=pass header.from=far.example"
          + " polrec.p=reject; arc=none";
  private static final SenderResults RESULTS = new SenderResults(USUAL);

  private static Envelope envelope(String sender, String by) {
    var origin =
        new Envelope.Origin(
                Instant.EPOCH,
                Optional.of("192.0.2.1"),
                "mail.far.example",
                Optional.empty(),
                Optional.empty())
            .takenBy(by);
    return new Envelope(
        EmailAddress.parse(sender),
        Map.of(),
        List.of(new Envelope.Recipient(new EmailAddress("ann", "local.example"))),
        origin);
  }

  private static String rendered(SenderResults results, String raw) throws IOException {
    var in = new ByteArrayInputStream(raw.getBytes(ISO_8859_1));
    return new String(results.render(in).readAllBytes(), ISO_8859_1);
  }

  @Test
  void theFieldIsReadAsItWasWritten() {
    for (String value : List.of(USUAL, "mx.local.example; none", "mx; a=\"b;c; d\"; e")) {
      String field = new String(new SenderResults(value).field(), ISO_8859_1);

      assertThat(SenderResults.ofField(field)).contains(new SenderResults(value));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Received: by mx.local.example; today\r\n",
        "Authentication-Results: \r\n",
        "Authentication-Results: mx.local.example\r\n",
        "Authentication-Results: ; none\r\n",
        "Authentication-Results: mx.local.example; none",
        "Authentication-Results: mx.local.example;\r\n spf=pass\r\n",
        "Authentication-Results: mx.local.example; a=\u00fc\r\n"
      })
  void whatIsNoFieldOfOursSaysNothing(String field) {
    assertThat(SenderResults.ofField(field)).isEmpty();
  }

  @Test
  void whatIsTooLongToLieBesideAMessageSaysNothing() {
    String field = "Authentication-Results: mx.local.example; a=" + "b".repeat(2000) + "\r\n";

    assertThat(SenderResults.ofField(field)).isEmpty();
  }

  @Test
  void theFieldStandsOnTopWithItsFolds() throws IOException {
    assertThat(rendered(RESULTS, "Received: from x\r\nSubject: s\r\n\r\nbody\r\n"))
        .isEqualTo(
            """
            Authentication-Results: mx.local.example;
            \tspf=pass smtp.mailfrom=far.example;
            \tdkim=pass header.d=far.example header.s=s2026 header.a=rsa-sha256;
            \tdmarc=pass header.from=far.example polrec.p=reject;
            \tarc=none
            Received: from x
            Subject: s

            body
            """
                .replace("\n", "\r\n"));
  }

  @Test
  void whatIsUsualTakesFewOctets() {
    Envelope envelope = envelope("joe@far.example", "mx.local.example");

    assertThat(RESULTS.pack(envelope).getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .hasSizeLessThan(20)
        .doesNotContain(9, 10, 13);
    assertThat(SenderResults.unpack(RESULTS.pack(envelope), envelope)).isEqualTo(RESULTS);
  }

  @FuzzTest(maxDuration = "5s")
  void anythingComesBackAsItWas(byte[] octets) {
    String text = new String(octets, ISO_8859_1).replaceAll("[^ -~]", ";");
    Envelope envelope = envelope("joe@" + "x".repeat(octets.length % 60) + "y.example", "mx;a=b ");

    for (String value : List.of(text, USUAL + text, text + USUAL, USUAL + USUAL + text)) {
      assertThat(SenderResults.unpack(new SenderResults(value).pack(envelope), envelope).value())
          .isEqualTo(value);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authentication-Results: mx.local.example; dmarc=pass\r\n",
        "authentication-RESULTS:MX.LOCAL.EXAMPLE;dmarc=pass\r\n",
        "Authentication-Results : mx.local.example 1; dmarc=pass\r\n",
        "Authentication-Results:\r\n mx.local.example;\r\n\tdmarc=pass\r\n",
        "Authentication-Results: (a (nested\\) comment)) mx.local.example (x); dmarc=pass\r\n",
        "Authentication-Results: \"mx.local.example\"; dmarc=pass\r\n",
        "Authentication-Results: \"mx\\.local.example\"; dmarc=pass\r\n",
        "Authentication-Results: mx.local.example.; dmarc=pass\r\n",
        "Authentication-Results: mx.local.example\r\n",
      })
  void whatClaimsToBeOursIsTakenOut(String claim) throws IOException {
    String rest = "Subject: s\r\n\r\nAuthentication-Results: mx.local.example; body\r\n";
    String top = new String(RESULTS.field(), ISO_8859_1);

    assertThat(rendered(RESULTS, claim + rest)).isEqualTo(top + rest);
    assertThat(rendered(RESULTS, "To: x\r\n" + claim + claim + rest))
        .isEqualTo(top + "To: x\r\n" + rest);
    assertThat(rendered(RESULTS, claim)).isEqualTo(top);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authentication-Results: mx.other.example; dmarc=pass\r\n",
        "Authentication-Results: sub.mx.local.example; dmarc=pass\r\n",
        "Authentication-Results: mx.local.example.org; dmarc=pass\r\n",
        "Authentication-Results-Old: mx.local.example; dmarc=pass\r\n",
        "ARC-Authentication-Results: i=1; mx.local.example; dmarc=pass\r\n",
        "X: y\r\n Authentication-Results: mx.local.example; dmarc=pass\r\n",
        "Authentication-Results: \r\n",
        "no field at all\r\n",
        "Subject: s",
      })
  void whatOthersSayStays(String field) throws IOException {
    String top = new String(RESULTS.field(), ISO_8859_1);

    assertThat(rendered(RESULTS, field)).isEqualTo(top + field);
    assertThat(rendered(RESULTS, field + "\r\n\r\n" + field))
        .isEqualTo(top + field + "\r\n\r\n" + field);
  }

  @Test
  void aFieldWithoutAnEndHidesNobody() throws IOException {
    String endless = "Authentication-Results: (" + "x".repeat(100_000);
    String long_ = "Authentication-Results: mx.local.example; " + "y".repeat(100_000) + "\r\n";
    String others = "X-Long: " + "z".repeat(100_000) + "\r\n";
    String top = new String(RESULTS.field(), ISO_8859_1);

    assertThat(rendered(RESULTS, long_ + others + endless + ") mx.local.example; a\r\n\r\nb"))
        .isEqualTo(top + others + "\r\nb");
  }

  @Test
  void nothingIsSaidAndNothingTakenOutOfWhatWeMadeOurselves() throws IOException {
    String raw = "Authentication-Results: mx.local.example; spf=pass\r\n\r\n";

    assertThat(rendered(SenderResults.NONE, raw)).isEqualTo(raw);
    assertThat(rendered(SenderResults.nothingChecked("mx.local.example"), raw))
        .isEqualTo("Authentication-Results: mx.local.example;\r\n\tnone\r\n\r\n");
  }

  @FuzzTest(maxDuration = "10s")
  void theSizeIsExactAndTheBodyStays(byte[] octets) throws IOException {
    String header = new String(octets, ISO_8859_1);
    for (String raw :
        List.of(
            header,
            "Authentication-Results:" + header,
            header + "\r\nAuthentication-Results: mx.local.example" + header,
            "Authentication-Results: mx.local.example;" + header + "\r\n\r\nbody")) {
      byte[] message = raw.getBytes(ISO_8859_1);
      String seen = rendered(RESULTS, raw);

      assertThat(RESULTS.size(new ByteArrayInputStream(message), message.length))
          .isEqualTo(seen.length());
      int end = raw.startsWith("\r\n") ? 0 : raw.indexOf("\r\n\r\n");
      assertThat(seen).endsWith(end < 0 ? "" : raw.substring(end + 2));
    }
  }
}

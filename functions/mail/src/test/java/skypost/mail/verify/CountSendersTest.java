package skypost.mail.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.mail.auth.Checked.OfMessage;
import skypost.mail.auth.arc.ArcVerdict;
import skypost.mail.auth.dkim.DkimResult;
import skypost.mail.auth.dkim.DkimVerdict;
import skypost.mail.auth.dmarc.DmarcResult;
import skypost.mail.auth.dmarc.DmarcVerdict;
import skypost.mail.auth.dmarc.Policy;
import skypost.mail.auth.spf.SpfResult;
import skypost.mail.auth.spf.SpfVerdict;
import skypost.mail.contract.Samples;
import skypost.mail.message.Envelope;
import skypost.mail.message.SenderResults;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.report.AggregateReport.Sender;
import skypost.mail.report.AggregateReport.Signature;

/** What a domain will hear of mail in its name. */
class CountSendersTest {
  private final List<Row> rows = new ArrayList<>();
  private final CountSenders count =
      new CountSenders((domain, row) -> {
        assertThat(domain).isEqualTo("example.org");
        rows.add(row);
      });

  private static Envelope from(String client) {
    return new Envelope(
        Optional.of(Samples.address("Bounce@Mail.Example.ORG")),
        Map.of(),
        List.of(new Envelope.Recipient(Samples.address("ann@local.example"))),
        new Envelope.Origin(
            Instant.parse("2026-11-25T08:00:00Z"),
            Optional.ofNullable(client),
            "helo.example",
            Optional.empty(),
            Optional.empty()));
  }

  private static Verification found(DmarcResult result, Policy wanted, boolean helo) {
    boolean passed = result == DmarcResult.PASS;
    var dmarc =
        new DmarcVerdict(
            result,
            "news.example.org",
            result == DmarcResult.NONE ? "" : "example.org",
            wanted,
            passed ? Policy.NONE : wanted,
            passed,
            false,
            "");
    return new Verification(
        SenderResults.NONE,
        Optional.of(
            new Verification.Sender(
                new SpfVerdict(new SpfResult.SoftFail(), "mail.example.org", helo),
                new OfMessage(
                    List.of(
                        new DkimVerdict(new DkimResult.Pass(""), "example.org", "s1", "rsa-sha256"),
                        new DkimVerdict(new DkimResult.None(), "", "", "")),
                    dmarc,
                    new ArcVerdict.None(),
                    List.of()),
                false)));
  }

  @Test
  void whatIsKnownIsCounted() {
    count.count(found(DmarcResult.PASS, Policy.REJECT, false), from("192.0.2.1"), Policy.NONE);

    assertThat(rows)
        .singleElement()
        .satisfies(row -> {
          assertThat(row.source()).isEqualTo("192.0.2.1");
          assertThat(row.headerFrom()).isEqualTo("news.example.org");
          assertThat(row.envelopeFrom()).isEqualTo("mail.example.org");
          assertThat(row.evaluated().dkim()).isTrue();
          assertThat(row.evaluated().spf()).isFalse();
          assertThat(row.dkim()).containsExactly(new Signature("example.org", "s1", "pass"));
          assertThat(row.spf()).contains(new Sender("mail.example.org", "softfail"));
        });
  }

  @ParameterizedTest
  @CsvSource({
    "PASS, REJECT,     NONE,       pass,       ''",
    "PASS, REJECT,     QUARANTINE, quarantine, ''", // it was spoofed or otherwise unwanted
    "FAIL, NONE,       NONE,       none,       ''",
    "FAIL, QUARANTINE, QUARANTINE, quarantine, ''",
    "FAIL, QUARANTINE, NONE,       none,       local_policy",
    "FAIL, REJECT,     QUARANTINE, quarantine, local_policy",
    "FAIL, REJECT,     REJECT,     reject,     ''",
  })
  void whatWasDoneIsTold(
      DmarcResult result, Policy wanted, Policy done, String disposition, String reason) {
    count.count(found(result, wanted, false), from("192.0.2.1"), done);

    assertThat(rows.getFirst().evaluated().disposition()).isEqualTo(disposition);
    assertThat(rows.getFirst().evaluated().overridden()).isEqualTo(reason);
  }

  @Test
  void heloIsNoSender() {
    count.count(found(DmarcResult.PASS, Policy.NONE, true), from("192.0.2.1"), Policy.NONE);

    assertThat(rows.getFirst().spf()).isEmpty();
  }

  @Test
  void whatHasNoPolicyOrNoClientIsNobodys() {
    count.count(Verification.NONE, from("192.0.2.1"), Policy.NONE);
    count.count(found(DmarcResult.NONE, Policy.NONE, false), from("192.0.2.1"), Policy.NONE);
    count.count(found(DmarcResult.TEMPERROR, Policy.NONE, false), from("192.0.2.1"), Policy.NONE);
    count.count(found(DmarcResult.PASS, Policy.NONE, false), from(null), Policy.NONE);

    assertThat(rows).isEmpty();
  }
}

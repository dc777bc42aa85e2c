package skypost.mail.verify;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.auth.Checked.OfMessage;
import skypost.mail.auth.arc.ArcVerdict;
import skypost.mail.auth.dmarc.DmarcResult;
import skypost.mail.auth.dmarc.DmarcVerdict;
import skypost.mail.auth.dmarc.Policy;
import skypost.mail.auth.spf.SpfResult;
import skypost.mail.auth.spf.SpfVerdict;
import skypost.mail.contract.Samples;
import skypost.mail.directory.CachedDomains;
import skypost.mail.directory.Domain;
import skypost.mail.directory.SenderExemption;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryTraces;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.message.SenderResults;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.trace.Traces.Outcome;
import skypost.protocol.smtp.SmtpReply;

class CheckInSessionTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final SenderPolicy REFUSES =
      new SenderPolicy(SenderPolicy.DmarcReject.REFUSE, SenderPolicy.Spoofed.JUNK, List.of());

  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryTraces traces = new InMemoryTraces();
  private final Map<String, Row> counted = new HashMap<>();
  private Policy wanted = Policy.REJECT;

  @BeforeEach
  void domains() throws IOException {
    put("strict.example", REFUSES);
    put("strict2.example", REFUSES);
    put("usual.example", SenderPolicy.DEFAULT);
    var exemption = SenderExemption.Kind.NETWORK.parse("203.0.113.0/24").orElseThrow();
    put(
        "exempt.example",
        new SenderPolicy(
            SenderPolicy.DmarcReject.REFUSE, SenderPolicy.Spoofed.JUNK, List.of(exemption)));
  }

  private void put(String name, SenderPolicy policy) {
    directory.putDomain(new Domain(name, Domain.Kind.LOCAL, Optional.empty(), policy));
  }

  private Verification found() {
    var dmarc =
        new DmarcVerdict(
            DmarcResult.FAIL, "far.example", "far.example", wanted, wanted, false, false, "");
    return new Verification(
        new SenderResults("mx.example; dmarc=fail header.from=far.example"),
        Optional.of(
            new Verification.Sender(
                new SpfVerdict(new SpfResult.Fail(""), "far.example", false),
                new OfMessage(List.of(), dmarc, new ArcVerdict.None(), List.of()),
                false)));
  }

  private Optional<SmtpReply> check(MessageId id, String... recipients) throws IOException {
    var origin =
        new Envelope.Origin(
            NOW, Optional.of("203.0.113.9"), "far.example", Optional.empty(), Optional.empty());
    var to = Arrays.stream(recipients).map(Samples::address).map(Envelope.Recipient::new).toList();
    var envelope = new Envelope(Optional.empty(), Map.of(), to, origin);
    try (var draft = messages.begin(id, envelope)) {
      draft.write("Subject: win\r\n\r\nx\r\n".getBytes(US_ASCII));
      draft.stage();
    }
    return new CheckInSession(
            new CheckInSession.Ports(
                messages.staged(),
                (_, _) -> found(),
                new CachedDomains(directory, CLOCK),
                traces,
                new CountSenders(counted::put)),
            CLOCK)
        .refusal(id);
  }

  @Test
  void whatAllRecipientsRefuseIsRefusedAndLeavesATraceAlone() throws IOException {
    MessageId id = Samples.id();

    Optional<SmtpReply> reply = check(id, "ann@strict.example", "bob@strict2.example");

    assertThat(reply.orElseThrow())
        .hasToString(
            "550 5.7.26 Unauthenticated mail from far.example is refused by its DMARC policy ("
                + id
                + ")");
    assertThat(messages.staged().open(id)).isEmpty();
    assertThat(messages.open(id)).isEmpty();
    assertThat(traces.receipt(id)).isEmpty();
    var refusal = traces.refusal(id).orElseThrow();
    assertThat(refusal.subject()).isEqualTo("win");
    assertThat(refusal.results()).startsWith("mx.example; dmarc=fail");
    assertThat(refusal.outcomes())
        .hasSize(2)
        .allMatch(outcome -> outcome.because().equals("dmarc-reject"))
        .extracting(outcome -> outcome.outcome())
        .containsOnly(new Outcome.Refused(reply.get()));
    assertThat(counted.get("far.example").evaluated().disposition()).isEqualTo("reject");
  }

  @Test
  void whatOneRecipientTakesIsTakenForAll() throws IOException {
    MessageId id = Samples.id();

    assertThat(check(id, "ann@strict.example", "bob@usual.example")).isEmpty();
    assertThat(check(id, "ann@strict.example", "bob@exempt.example")).isEmpty();
    assertThat(check(id, "ann@strict.example", "bob@gone.example")).isEmpty();

    assertThat(messages.staged().open(id)).isEmpty();
    assertThat(traces.refusal(id)).isEmpty();
    assertThat(counted).as("counted when it has been dealt with").isEmpty();
  }

  @Test
  void whatIsOnlyToBePutAsideIsTaken() throws IOException {
    wanted = Policy.QUARANTINE;

    assertThat(check(Samples.id(), "ann@strict.example")).isEmpty();
  }

  @Test
  void ofAMessageThatIsNotThereNothingIsKnown() {
    var check =
        new CheckInSession(
            new CheckInSession.Ports(
                messages.staged(),
                (_, _) -> found(),
                new CachedDomains(directory, CLOCK),
                traces,
                new CountSenders(counted::put)),
            CLOCK);

    assertThatThrownBy(() -> check.refusal(Samples.id())).isInstanceOf(IOException.class);
  }
}

package skypost.mail.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.mail.auth.Checked.OfMessage;
import skypost.mail.auth.arc.ArcVerdict;
import skypost.mail.auth.dmarc.DmarcResult;
import skypost.mail.auth.dmarc.DmarcVerdict;
import skypost.mail.auth.dmarc.Policy;
import skypost.mail.auth.spf.SpfResult;
import skypost.mail.auth.spf.SpfVerdict;
import skypost.mail.directory.SenderExemption;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.directory.SenderPolicy.DmarcReject;
import skypost.mail.directory.SenderPolicy.Spoofed;
import skypost.mail.message.Envelope;
import skypost.mail.message.SenderResults;
import skypost.mail.sieve.message.MailAddress;
import skypost.protocol.address.EmailAddress;

class JudgeSenderTest {
  private static final MailAddress JOE = new MailAddress("Joe", "far.example");
  private static final Envelope ENVELOPE =
      new Envelope(
          EmailAddress.parse("bounces@Lists.example"),
          Map.of(),
          List.of(new Envelope.Recipient(new EmailAddress("ann", "local.example"))),
          new Envelope.Origin(
              Instant.EPOCH,
              Optional.of("192.0.2.1"),
              "lists.example",
              Optional.empty(),
              Optional.empty()));

  private static Verification found(
      Policy disposition, boolean spoofed, SpfResult spf, ArcVerdict arc, MailAddress... authors) {
    var dmarc =
        new DmarcVerdict(
            DmarcResult.FAIL,
            "far.example",
            "far.example",
            disposition,
            disposition,
            false,
            false,
            "");
    return new Verification(
        new SenderResults("mx; none"),
        Optional.of(
            new Verification.Sender(
                new SpfVerdict(spf, "lists.example", false),
                new OfMessage(List.of(), dmarc, arc, List.of(authors)),
                spoofed)));
  }

  private static Verification rejected(SpfResult spf, ArcVerdict arc, MailAddress... authors) {
    return found(Policy.REJECT, false, spf, arc, authors);
  }

  @ParameterizedTest
  @CsvSource({
    // wanted by the author's domain, spoofed, dmarcReject, spoofed setting -> judgement
    "NONE,       false, REFUSE, REFUSE, Accept[]",
    "QUARANTINE, false, REFUSE, REFUSE, Junk[reason=DMARC_QUARANTINE]",
    "REJECT,     false, JUNK,   REFUSE, Junk[reason=DMARC_REJECT]",
    "REJECT,     false, REFUSE, JUNK,   Refuse[reason=DMARC_REJECT]",
    "NONE,       true,  REFUSE, ACCEPT, Accept[]",
    "NONE,       true,  REFUSE, JUNK,   Junk[reason=SPOOFED]",
    "NONE,       true,  JUNK,   REFUSE, Refuse[reason=SPOOFED]",
    "QUARANTINE, true,  JUNK,   ACCEPT, Junk[reason=DMARC_QUARANTINE]",
    "REJECT,     true,  JUNK,   REFUSE, Refuse[reason=SPOOFED]",
    "REJECT,     true,  REFUSE, JUNK,   Refuse[reason=DMARC_REJECT]",
  })
  void theStricterOfBothCounts(
      Policy wanted, boolean spoofed, DmarcReject reject, Spoofed setting, String judgement) {
    var found = found(wanted, spoofed, new SpfResult.Fail(""), new ArcVerdict.None(), JOE);

    assertThat(JudgeSender.judge(found, ENVELOPE, new SenderPolicy(reject, setting, List.of())))
        .hasToString(judgement);
  }

  @Test
  void mailThatWasNotVerifiedIsMailLikeAnyOther() {
    assertThat(JudgeSender.judge(Verification.NONE, ENVELOPE, SenderPolicy.DEFAULT))
        .isEqualTo(new Judgement.Accept());
  }

  @ParameterizedTest
  @CsvSource({
    "SENDER,  joe@far.example",
    "SENDER,  far.example",
    "SENDER,  *",
    "NETWORK, 192.0.2.0/24",
  })
  void exemptionsTakeMailAsItIs(SenderExemption.Kind kind, String text) {
    var found = rejected(new SpfResult.Fail(""), new ArcVerdict.None(), JOE);

    assertThat(judge(found, kind, text)).isEqualTo(new Judgement.Accept());
  }

  @ParameterizedTest
  @CsvSource({
    "SENDER,  ann@far.example",
    "SENDER,  *.far.example",
    "NETWORK, 192.0.3.0/24",
    "SENDER,  lists.example", // whoever likes may write that into MAIL FROM
    "SEALER,  lists.example",
  })
  void othersAreNotExempt(SenderExemption.Kind kind, String text) {
    var found = rejected(new SpfResult.SoftFail(), new ArcVerdict.None(), JOE);

    assertThat(judge(found, kind, text)).isInstanceOf(Judgement.Junk.class);
  }

  @Test
  void aReversePathIsExemptWhereItMayBeUsed() {
    var found = rejected(new SpfResult.Pass(), new ArcVerdict.None(), JOE);

    assertThat(judge(found, SenderExemption.Kind.SENDER, "bounces@lists.example"))
        .isEqualTo(new Judgement.Accept());
  }

  @Test
  void nobodyIsExemptForStandingBesideWhoIs() {
    MailAddress other = new MailAddress("eve", "bank.example");
    var two = rejected(new SpfResult.Fail(""), new ArcVerdict.None(), JOE, other);
    var none = rejected(new SpfResult.Fail(""), new ArcVerdict.None());

    assertThat(judge(two, SenderExemption.Kind.SENDER, "far.example"))
        .isInstanceOf(Judgement.Junk.class);
    assertThat(judge(none, SenderExemption.Kind.SENDER, "far.example"))
        .isInstanceOf(Judgement.Junk.class);
  }

  @Test
  void aSealerIsBelievedThatFoundTheAuthorRight() {
    assertThat(sealed(new ArcVerdict.Pass("lists.example", 1, true)))
        .isEqualTo(new Judgement.Accept());
    assertThat(sealed(new ArcVerdict.Pass("lists.example", 2, false)))
        .isInstanceOf(Judgement.Junk.class);
    assertThat(sealed(new ArcVerdict.Pass("evil.example", 1, true)))
        .isInstanceOf(Judgement.Junk.class);
    assertThat(sealed(new ArcVerdict.Fail("broken"))).isInstanceOf(Judgement.Junk.class);
  }

  private static Judgement sealed(ArcVerdict arc) {
    return judge(
        rejected(new SpfResult.Fail(""), arc, JOE), SenderExemption.Kind.SEALER, "lists.example");
  }

  private static Judgement judge(Verification found, SenderExemption.Kind kind, String text) {
    var exemption = kind.parse(text).orElseThrow();
    return JudgeSender.judge(
        found, ENVELOPE, new SenderPolicy(DmarcReject.JUNK, Spoofed.JUNK, List.of(exemption)));
  }
}

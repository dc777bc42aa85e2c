package skypost.mail.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import skypost.mail.auth.dkim.DkimVerdict;
import skypost.mail.auth.dmarc.DmarcResult;
import skypost.mail.auth.dmarc.DmarcVerdict;
import skypost.mail.auth.dmarc.Policy;
import skypost.mail.auth.spf.SpfVerdict;
import skypost.mail.message.Envelope;
import skypost.mail.report.AggregateReport.Evaluated;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.report.AggregateReport.Sender;
import skypost.mail.report.AggregateReport.Signature;
import skypost.protocol.address.EmailAddress;

/**
 * Counts what became of verified mail, as the author's domain may want to hear of it (RFC 9990).
 */
public final class CountSenders {
  /** Nobody hears of anything. */
  public static final CountSenders NONE = new CountSenders((domain, row) -> {});

  private static final int MAX_SIGNATURES = 5; // of one message

  private final BiConsumer<String, Row> counts;

  /**
   * @param counts takes a message, and the domain whose policy it was held against
   */
  public CountSenders(BiConsumer<String, Row> counts) {
    this.counts = counts;
  }

  /**
   * Counts a message that has been dealt with; one that was not verified, or has no policy, is
   * nobody's.
   *
   * @param done what was done with it: filed to Junk is quarantine
   */
  public void count(Verification verification, Envelope envelope, Policy done) {
    if (verification.sender().isEmpty() || envelope.origin().client().isEmpty()) {
      return;
    }
    Verification.Sender sender = verification.sender().get();
    DmarcVerdict dmarc = sender.message().dmarc();
    boolean isEvaluated = dmarc.result() == DmarcResult.PASS || dmarc.result() == DmarcResult.FAIL;
    if (!isEvaluated || dmarc.policyDomain().isEmpty()) {
      return;
    }
    counts.accept(
        dmarc.policyDomain(),
        new Row(
            envelope.origin().client().get(),
            1,
            evaluated(dmarc, done),
            dmarc.domain(),
            envelope.sender().map(EmailAddress::canonical).map(EmailAddress::domain).orElse(""),
            signatures(sender.message().dkim()),
            spf(sender.spf())));
  }

  private static Evaluated evaluated(DmarcVerdict dmarc, Policy done) {
    boolean passed = dmarc.result() == DmarcResult.PASS;
    boolean asWanted = passed || done == dmarc.disposition();
    return new Evaluated(
        passed && done == Policy.NONE ? "pass" : done.text(),
        dmarc.dkimAligned(),
        dmarc.spfAligned(),
        asWanted ? "" : "local_policy");
  }

  private static List<Signature> signatures(List<DkimVerdict> verdicts) {
    List<Signature> signatures = new ArrayList<>();
    for (DkimVerdict verdict : verdicts) {
      if (!verdict.domain().isEmpty() && signatures.size() < MAX_SIGNATURES) {
        signatures.add(
            new Signature(verdict.domain(), verdict.selector(), verdict.result().code()));
      }
    }
    return signatures;
  }

  /** RFC 9990 section 3.1.1.13: of MAIL FROM alone. */
  private static Optional<Sender> spf(SpfVerdict spf) {
    return spf.helo() || spf.domain().isEmpty()
        ? Optional.empty()
        : Optional.of(new Sender(spf.domain(), spf.result().code()));
  }
}

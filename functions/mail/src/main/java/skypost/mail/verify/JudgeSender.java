package skypost.mail.verify;

import java.util.List;
import java.util.Optional;
import skypost.mail.auth.arc.ArcVerdict;
import skypost.mail.auth.dmarc.Policy;
import skypost.mail.auth.spf.SpfResult;
import skypost.mail.directory.AddressPattern;
import skypost.mail.directory.Network;
import skypost.mail.directory.SenderExemption;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.message.Envelope;
import skypost.mail.sieve.message.MailAddress;
import skypost.mail.verify.Judgement.Reason;
import skypost.mail.verify.Verification.Sender;
import skypost.protocol.address.EmailAddress;

/** Holds what was found out about a sender against what the recipient's domain wants. */
public final class JudgeSender {
  private JudgeSender() {}

  /** Judges; mail that need not be verified is mail like any other. */
  public static Judgement judge(Verification verification, Envelope envelope, SenderPolicy policy) {
    Optional<Sender> sender = verification.sender();
    if (sender.isEmpty()) {
      return unverified(verification.unverified(), policy);
    }
    Judgement judgement = judge(sender.get(), policy);
    boolean suspect = !(judgement instanceof Judgement.Accept);
    return suspect
            && policy.exemptions().stream().anyMatch(each -> covers(each, sender.get(), envelope))
        ? new Judgement.Accept()
        : judgement;
  }

  /** Of what claims to be ours a person decides, when by a fault of ours nothing is known of it. */
  private static Judgement unverified(Verification.Unverified why, SenderPolicy policy) {
    return switch (why) {
      case TRUSTED, UNKNOWN -> new Judgement.Accept();
      case UNKNOWN_AS_OURS ->
          policy.spoofed() == SenderPolicy.Spoofed.ACCEPT
              ? new Judgement.Accept()
              : new Judgement.Junk(Reason.SPOOFED);
    };
  }

  /** The stricter of what DMARC and what spoofing come to. */
  private static Judgement judge(Sender sender, SenderPolicy policy) {
    Judgement byDmarc = byDmarc(sender.message().dmarc().disposition(), policy);
    if (!sender.spoofed() || byDmarc instanceof Judgement.Refuse) {
      return byDmarc;
    }
    return switch (policy.spoofed()) {
      case ACCEPT -> byDmarc;
      case JUNK -> new Judgement.Junk(Reason.SPOOFED);
      case REFUSE -> new Judgement.Refuse(Reason.SPOOFED);
    };
  }

  /** RFC 9989 sections 4.7 and 7.4. */
  private static Judgement byDmarc(Policy disposition, SenderPolicy policy) {
    return switch (disposition) {
      case NONE -> new Judgement.Accept();
      case QUARANTINE -> new Judgement.Junk(Reason.DMARC_QUARANTINE);
      case REJECT ->
          policy.dmarcReject() == SenderPolicy.DmarcReject.REFUSE
              ? new Judgement.Refuse(Reason.DMARC_REJECT)
              : new Judgement.Junk(Reason.DMARC_REJECT);
    };
  }

  private static boolean covers(SenderExemption exemption, Sender sender, Envelope envelope) {
    return switch (exemption) {
      case SenderExemption.Sender(AddressPattern pattern) ->
          isAuthor(pattern, sender.message().authors())
              || (sender.spf().result() instanceof SpfResult.Pass
                  && envelope
                      .sender()
                      .map(EmailAddress::canonical)
                      .filter(pattern::matches)
                      .isPresent());
      case SenderExemption.Client(Network network) ->
          envelope.origin().client().filter(network::contains).isPresent();
      case SenderExemption.Sealer(String domain) ->
          sender.message().arc() instanceof ArcVerdict.Pass(String sealer, int _, boolean right)
              && right
              && sealer.equals(domain);
    };
  }

  /** All must be meant: nobody is exempt for standing beside who is. */
  private static boolean isAuthor(AddressPattern pattern, List<MailAddress> authors) {
    return !authors.isEmpty()
        && authors.stream()
            .allMatch(author ->
                pattern.matches(new EmailAddress(author.local(), author.domain()).canonical()));
  }
}

package skypost.mail.verify;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import skypost.mail.auth.Authentication;
import skypost.mail.auth.AuthenticationResults;
import skypost.mail.auth.Authors;
import skypost.mail.auth.Checked;
import skypost.mail.auth.Checked.OfMessage;
import skypost.mail.auth.DomainNames;
import skypost.mail.auth.RawMessage;
import skypost.mail.auth.dkim.DkimResult;
import skypost.mail.auth.dmarc.DmarcResult;
import skypost.mail.auth.spf.SpfResult;
import skypost.mail.auth.spf.SpfSession;
import skypost.mail.directory.CachedDomains;
import skypost.mail.directory.CachedRelay;
import skypost.mail.directory.Domain;
import skypost.mail.dns.Dns;
import skypost.mail.dns.DnsLookups;
import skypost.mail.message.Envelope;
import skypost.mail.message.Envelope.Origin;
import skypost.mail.message.MessageSource;
import skypost.mail.message.SenderResults;
import skypost.mail.sieve.message.MailAddress;
import skypost.mail.verify.Verification.Sender;
import skypost.mail.verify.Verification.Unverified;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;

/**
 * Verifies mail from outside: that came over the wire, from nobody who had logged in and from no
 * trusted network. Thread safe; its DNS keeps answers for their time to live.
 */
public final class VerifySender implements SenderVerifier {
  /** RFC 7208 section 4.6.4: at least 20 seconds. */
  public static final Duration LONGEST = Duration.ofSeconds(20);

  /** Domains of authors that are looked for among ours; an honest message has one. */
  private static final int MAX_AUTHORS = 5;

  private final Ports ports;
  private final String hostname;
  private final Clock clock;

  /**
   * What it asks.
   *
   * @param dns {@link Dns#published} only: the machine's own names authenticate nobody
   */
  public record Ports(Dns dns, CachedDomains domains, CachedRelay relay) {}

  /**
   * @param hostname who says what was found out: the authserv-id of RFC 8601, and the macro r of
   *     SPF
   */
  public VerifySender(Ports ports, String hostname, Clock clock) {
    this.ports = ports;
    this.hostname = hostname;
    this.clock = clock;
  }

  @Override
  public Verification verify(Envelope envelope, MessageSource message) throws IOException {
    Origin origin = envelope.origin();
    if (origin.client().isEmpty() || origin.madeFrom().isPresent()) {
      return Verification.NONE; // by us, and true as it stands
    }
    if (origin.login().isPresent() || ports.relay().get().trusts(origin.client().get())) {
      return unverified(message);
    }
    try {
      return check(envelope, message);
    } catch (RuntimeException fault) { // a mistake of ours must not hold the mail up
      EventLog.error("verify").with("client", origin.client().get()).cause(fault).write();
      return new Verification(
          SenderResults.nothingChecked(hostname),
          Optional.empty(),
          claimsOurs(message) ? Unverified.UNKNOWN_AS_OURS : Unverified.UNKNOWN);
    }
  }

  /** Whether an author is in a domain of ours; also when not even that can be told. */
  private boolean claimsOurs(MessageSource message) {
    try {
      for (String author :
          Authors.of(RawMessage.read(message)).stream().map(MailAddress::domain).toList()) {
        if (isOurs(author)) {
          return true;
        }
      }
      return false;
    } catch (IOException | RuntimeException again) {
      return true;
    }
  }

  private boolean isOurs(String author) throws IOException {
    return ports
        .domains()
        .findOrStrange(author)
        .filter(domain -> domain.kind() == Domain.Kind.LOCAL)
        .isPresent();
  }

  private Verification check(Envelope envelope, MessageSource message) throws IOException {
    Instant end = clock.instant().plus(LONGEST);
    var dns = new DnsLookups(ports.dns(), () -> clock.instant().isAfter(end));
    Checked checked = Authentication.check(session(envelope), Optional.of(message), dns);
    return new Verification(
        new SenderResults(AuthenticationResults.brief(checked, hostname)),
        Optional.of(Sender.of(checked, isSpoofed(checked))));
  }

  /** Nobody can make us say what we have not found out, whoever he is (RFC 8601 section 5). */
  private Verification unverified(MessageSource message) throws IOException {
    try (InputStream raw = message.open()) {
      return SenderResults.isClaimed(raw, hostname)
          ? new Verification(SenderResults.nothingChecked(hostname), Optional.empty())
          : Verification.NONE;
    }
  }

  private SpfSession session(Envelope envelope) {
    Origin origin = envelope.origin();
    return new SpfSession(
        InetAddress.ofLiteral(origin.client().orElseThrow()),
        origin.helo(),
        envelope.sender().map(EmailAddress::toString).orElse(""),
        hostname,
        origin.receivedAt());
  }

  /** Whether any author is in a domain of ours that has not sent this. */
  private boolean isSpoofed(Checked checked) throws IOException {
    OfMessage message = checked.message().orElseThrow();
    if (message.dmarc().result() == DmarcResult.PASS) {
      return false; // it is right for every author
    }
    List<String> authors =
        message.authors().stream().map(author -> author.domain()).distinct().toList();
    if (authors.size() > MAX_AUTHORS) {
      return true; // a crowd to hide in
    }
    for (String author : authors) {
      if (isOurs(author) && !mayBeFrom(author, checked)) {
        return true;
      }
    }
    return false;
  }

  /**
   * What DMARC says of the very domain holds. Without that, a domain is taken at its word where SPF
   * or DKIM passes, or cannot be told now, for it or for one above or below it.
   */
  private static boolean mayBeFrom(String author, Checked checked) {
    OfMessage message = checked.message().orElseThrow();
    boolean itself = message.dmarc().domain().equals(author);
    if (itself && message.dmarc().result() == DmarcResult.TEMPERROR) {
      return true;
    }
    if (itself && message.dmarc().result() == DmarcResult.FAIL) {
      return false;
    }
    SpfResult spf = checked.spf().result();
    Stream<String> bySpf =
        spf instanceof SpfResult.Pass || spf instanceof SpfResult.TempError
            ? Stream.of(checked.spf().domain())
            : Stream.empty();
    Stream<String> byDkim =
        message.dkim().stream()
            .filter(verdict ->
                verdict.result() instanceof DkimResult.Pass
                    || verdict.result() instanceof DkimResult.TempError)
            .map(verdict -> verdict.domain());
    return Stream.concat(bySpf, byDkim)
        .anyMatch(domain ->
            DomainNames.isWithin(domain, author)
                || (domain.indexOf('.') > 0 && DomainNames.isWithin(author, domain)));
  }
}

package skypost.mail.guidance;

import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import skypost.mail.auth.Addresses;
import skypost.mail.auth.DomainNames;
import skypost.mail.directory.HostPort;
import skypost.mail.guidance.AdvisedRecord.Purpose;
import skypost.mail.guidance.AdvisedRecord.Type;
import skypost.mail.signing.DomainKeys;
import skypost.mail.signing.SigningPair;
import skypost.mail.signing.SigningPair.State;
import skypost.mail.tlspolicy.StsPolicy;
import skypost.mail.tlspolicy.StsRecord;
import skypost.mail.tlspolicy.TlsReportRecord;

/** Says what a domain should publish, from what this installation is. */
public final class AdviseDns {
  private static final Duration POLICY_AGE = Duration.ofDays(7); // RFC 8461 section 3.2: weeks

  private final OutboundHost host;

  public AdviseDns(OutboundHost host) {
    this.host = host;
  }

  /**
   * What the advice is about.
   *
   * @param keys the domain's
   * @param smartHost through which the domain's mail leaves; empty: it leaves from us
   */
  public record Subject(DomainKeys keys, Optional<HostPort> smartHost) {
    String domain() {
      return keys.domain();
    }
  }

  /** The records. */
  public DnsAdvice advise(Subject subject, Instant now) {
    String domain = subject.domain();
    List<AdvisedRecord> records = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    records.add(
        new AdvisedRecord(
            Purpose.MX, domain, Type.MX, "10 " + host.hostname() + ".", "mail comes to us"));
    spf(subject, records, notes);
    keys(subject.keys(), now, records, notes);
    records.add(dmarc(subject.keys()));
    StsPolicy policy = policy();
    transport(domain, policy, records);
    clients(domain, records);
    notes.add(
        "MTA-STS counts once the policy is served at its address, with a certificate for mta-sts."
            + domain
            + "; when TLS reports show no failures, set SKYPOST_MTA_STS_MODE to enforce");
    return new DnsAdvice(domain, records, policy, notes);
  }

  /** The MTA-STS policy of every domain whose exchanger we are. */
  public StsPolicy policy() {
    return new StsPolicy(host.mode(), List.of(host.hostname()), POLICY_AGE);
  }

  private void spf(Subject subject, List<AdvisedRecord> records, List<String> notes) {
    String domain = subject.domain();
    String text =
        subject.smartHost().map(smart -> bySmartHost(smart, notes)).orElseGet(this::direct);
    records.add(
        new AdvisedRecord(
            Purpose.SPF, domain, Type.TXT, text, "says which addresses may send for the domain"));
    if (subject.smartHost().isEmpty()
        && !host.helo().equals(domain)
        && DomainNames.isWithin(host.helo(), domain)) {
      records.add(
          new AdvisedRecord(
              Purpose.HELO_SPF,
              host.helo(),
              Type.TXT,
              direct().replace(" a:" + host.helo() + " ", " a "),
              "reports have no sender: our own name stands for them"));
    }
  }

  private String direct() {
    String from =
        host.addresses().stream()
            .map(address ->
                (address instanceof Inet4Address ? "ip4:" : "ip6:") + Addresses.text(address))
            .collect(Collectors.joining(" "));
    return "v=spf1 " + (from.isEmpty() ? "a:" + host.helo() : from) + " -all";
  }

  /** Its addresses are its own affair; what cannot be known here must not forbid anything. */
  private static String bySmartHost(HostPort smart, List<String> notes) {
    boolean ses = smart.host().matches("email-smtp(-fips)?\\.[a-z0-9-]+\\.amazonaws\\.com");
    notes.add(
        "mail leaves through the smart host "
            + smart.host()
            + ": its operator says what the SPF record must hold, and whether it keeps the sender");
    return "v=spf1 " + (ses ? "include:amazonses.com" : "a:" + smart.host()) + " ~all";
  }

  private static void keys(
      DomainKeys keys, Instant now, List<AdvisedRecord> records, List<String> notes) {
    for (SigningPair pair : keys.pairs()) {
      String why =
          switch (pair.state()) {
            case State.Pending() -> "will sign once it is published";
            case State.Active active -> "signs";
            case State.Retired retired ->
                "has signed; may go from the DNS after " + retired.keptUntil();
          };
      if (pair.state() instanceof State.Retired retired && retired.keptUntil().isBefore(now)) {
        notes.add("the records of " + pair.id() + " may go from the DNS; then delete the key");
        continue;
      }
      for (SigningPair.Half half : pair.halves()) {
        records.add(
            new AdvisedRecord(
                Purpose.DKIM, half.recordName(keys.domain()), Type.TXT, half.record(), why));
      }
    }
    if (keys.active().isEmpty()) {
      notes.add(
          keys.pairs().isEmpty()
              ? "mail is not signed yet: make a key"
              : "mail is not signed yet: no key is active");
    }
  }

  /** Strict only when our own mail is signed; RFC 9989 section 7.4 warns of p=reject. */
  private static AdvisedRecord dmarc(DomainKeys keys) {
    String policy = keys.active().isPresent() ? "quarantine" : "none";
    return new AdvisedRecord(
        Purpose.DMARC,
        "_dmarc." + keys.domain(),
        Type.TXT,
        "v=DMARC1; p=" + policy + "; rua=mailto:postmaster@" + keys.domain(),
        "says what to do with mail that is not the domain's");
  }

  private static void transport(String domain, StsPolicy policy, List<AdvisedRecord> records) {
    records.add(
        new AdvisedRecord(
            Purpose.MTA_STS,
            StsRecord.name(domain),
            Type.TXT,
            "v=STSv1; id=" + id(policy),
            "says that there is a policy about TLS"));
    records.add(
        new AdvisedRecord(
            Purpose.TLS_RPT,
            TlsReportRecord.name(domain),
            Type.TXT,
            "v=TLSRPTv1; rua=mailto:postmaster@" + domain,
            "has senders report when TLS fails"));
  }

  /** Another policy has another id (RFC 8461 section 3.1), and the same always the same. */
  private static String id(StsPolicy policy) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(policy.file().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 10);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every JDK has SHA-256
    }
  }

  /** RFC 8314 section 5.1: TLS from the first octet is preferred; RFC 6186 section 3.4: no IMAP. */
  private void clients(String domain, List<AdvisedRecord> records) {
    service(domain, "_submissions", "0 1 465 " + host.hostname() + ".", records);
    service(domain, "_submission", "10 1 587 " + host.hostname() + ".", records);
    service(domain, "_pop3s", "0 1 995 " + host.hostname() + ".", records);
    service(domain, "_pop3", "10 1 110 " + host.hostname() + ".", records);
    service(domain, "_imaps", "0 0 0 .", records);
    service(domain, "_imap", "0 0 0 .", records);
  }

  private static void service(
      String domain, String service, String data, List<AdvisedRecord> records) {
    String why =
        data.endsWith(" .") ? "is not offered" : "mail programs find their server by the address";
    records.add(
        new AdvisedRecord(Purpose.CLIENTS, service + "._tcp." + domain, Type.SRV, data, why));
  }
}

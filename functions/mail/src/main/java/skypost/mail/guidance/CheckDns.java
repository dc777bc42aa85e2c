package skypost.mail.guidance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import skypost.mail.auth.dkim.KeyRecords;
import skypost.mail.auth.dmarc.Policy;
import skypost.mail.auth.dmarc.PublishedPolicy;
import skypost.mail.dns.Lookups.Found;
import skypost.mail.dns.PublishedRecords;
import skypost.mail.dns.PublishedRecords.Service;
import skypost.mail.guidance.AdvisedRecord.Purpose;
import skypost.mail.guidance.Finding.Status;
import skypost.mail.signing.DomainKeys;
import skypost.mail.signing.SigningPair;
import skypost.mail.signing.SigningPair.State;
import skypost.mail.tlspolicy.PolicyFiles;
import skypost.mail.tlspolicy.StsPolicy;
import skypost.mail.tlspolicy.StsRecord;
import skypost.mail.tlspolicy.TlsReportRecord;

/**
 * Looks up what a domain has published, and says of each thing whether it is as it should be, and
 * why not. Not thread safe.
 */
public final class CheckDns {
  private final PublishedRecords dns;
  private final PolicyFiles policies;
  private final SenderChecks senders;
  private final OutboundHost host;

  /**
   * @param policies fetched anew
   */
  public CheckDns(PublishedRecords dns, PolicyFiles policies, OutboundHost host) {
    this.dns = dns;
    this.policies = policies;
    this.host = host;
    this.senders = new SenderChecks(dns, host);
  }

  /** Checks everything that the advice is about. */
  public List<Finding> check(AdviseDns.Subject subject, DnsAdvice advice) {
    List<Finding> findings = new ArrayList<>();
    findings.add(exchangers(subject.domain()));
    findings.add(senders.domain(subject.domain(), subject.smartHost()));
    for (AdvisedRecord record : advice.records()) {
      if (record.purpose() == Purpose.HELO_SPF) {
        findings.add(senders.helo());
      }
    }
    if (subject.smartHost().isEmpty()) {
      findings.addAll(senders.reverse());
    }
    subject.keys().pairs().forEach(pair -> findings.addAll(pair(subject.domain(), pair)));
    findings.add(dmarc(subject.domain(), subject.keys()));
    findings.add(policy(subject.domain()));
    findings.add(reports(subject.domain()));
    advice.records().stream()
        .filter(record -> record.purpose() == Purpose.CLIENTS)
        .forEach(record -> findings.add(service(record)));
    return findings;
  }

  /** Whether both records of a pair are published, so that it may sign. */
  public boolean isPublished(String domain, SigningPair pair) {
    return pair(domain, pair).stream().allMatch(finding -> finding.status() == Status.FINE);
  }

  private Finding exchangers(String domain) {
    return switch (dns.exchangers(domain)) {
      case Found.Unknown<String>(String why) ->
          new Finding(Purpose.MX, domain, Status.UNKNOWN, noAnswer(why), List.of());
      case Found.NoSuchName<String>() ->
          new Finding(Purpose.MX, domain, Status.MISSING, "the domain does not exist", List.of());
      case Found.Records<String>(List<String> records) -> {
        List<String> targets =
            records.stream().map(target -> target.toLowerCase(Locale.ROOT)).toList();
        Verdict verdict = exchangers(targets);
        yield new Finding(Purpose.MX, domain, verdict.status(), verdict.why(), targets);
      }
    };
  }

  private record Verdict(Status status, String why) {
    static Verdict wrong(String why) {
      return new Verdict(Status.WRONG, why);
    }
  }

  private Verdict exchangers(List<String> targets) {
    if (targets.isEmpty()) {
      return new Verdict(Status.MISSING, "there is no MX record");
    }
    if (targets.contains("")) { // RFC 7505 section 3
      return Verdict.wrong("a null MX says that the domain takes no mail");
    }
    for (String target : targets) {
      Optional<String> fault = fault(target);
      if (fault.isPresent()) {
        return Verdict.wrong(fault.get());
      }
    }
    if (!targets.contains(host.hostname())) {
      return Verdict.wrong("mail goes elsewhere: " + host.hostname() + " is not among them");
    }
    return targets.size() == 1
        ? new Verdict(Status.FINE, "mail comes here")
        : new Verdict(Status.FINE, "mail comes here, or to the others if they are preferred");
  }

  private Optional<String> fault(String target) {
    if (dns.aliases(target) instanceof Found.Records<String>(List<String> aliases)
        && !aliases.isEmpty()) { // RFC 5321 section 5.1, RFC 2181 section 10.3
      return Optional.of(target + " is an alias (CNAME), and an exchanger must not be one");
    }
    Found<?> four = dns.addresses(target, false);
    Found<?> six = dns.addresses(target, true);
    return isNothing(four) && isNothing(six)
        ? Optional.of(target + " has no address")
        : Optional.empty();
  }

  private static boolean isNothing(Found<?> found) {
    return switch (found) {
      case Found.NoSuchName<?>() -> true;
      case Found.Unknown<?> ignored -> false;
      case Found.Records<?>(List<?> records) -> records.isEmpty();
    };
  }

  private List<Finding> pair(String domain, SigningPair pair) {
    return pair.halves().stream()
        .map(half ->
            text(Purpose.DKIM, half.recordName(domain), texts -> half(pair.state(), half, texts)))
        .toList();
  }

  private static Verdict half(State state, SigningPair.Half half, List<String> texts) {
    if (texts.isEmpty()) {
      return new Verdict(
          Status.MISSING,
          switch (state) {
            case State.Pending() -> "publish it, and the key will sign";
            case State.Active ignored -> "the key signs, and nobody can verify it";
            case State.Retired retired ->
                "what the key has signed cannot be verified; it should stay until "
                    + retired.keptUntil();
          });
    }
    if (texts.size() > 1) { // RFC 6376 section 3.6.2.2: undefined
      return Verdict.wrong("there are " + texts.size() + " records, and there must be one");
    }
    return KeyRecords.fault(texts.getFirst(), half.algorithm(), half.publicKey())
        .map(Verdict::wrong)
        .orElse(new Verdict(Status.FINE, "it is the key"));
  }

  private Finding dmarc(String domain, DomainKeys keys) {
    return text(
        Purpose.DMARC,
        "_dmarc." + domain,
        texts ->
            switch (PublishedPolicy.of(texts)) {
              case PublishedPolicy.Absent() ->
                  new Verdict(
                      Status.MISSING,
                      "receivers are told nothing, unless a domain above has a record");
              case PublishedPolicy.Faulty(String why) -> Verdict.wrong(why);
              case PublishedPolicy.Valid(Policy policy, boolean testing, boolean reports) ->
                  strict(policy, keys)
                      ? Verdict.wrong(
                          "p=" + policy.text() + ", and our mail is not signed: make a key first")
                      : new Verdict(
                          Status.FINE,
                          "p="
                              + policy.text()
                              + (policy == Policy.NONE ? ", which only watches" : "")
                              + (testing ? ", in test (t=y)" : "")
                              + (reports ? "" : "; nobody gets reports (rua)"));
            });
  }

  private static boolean strict(Policy policy, DomainKeys keys) {
    return policy != Policy.NONE && keys.active().isEmpty();
  }

  private Finding policy(String domain) {
    return text(
        Purpose.MTA_STS,
        StsRecord.name(domain),
        texts -> {
          if (texts.stream().noneMatch(text -> text.strip().startsWith("v=STSv1"))) {
            return new Verdict(Status.MISSING, "senders are told of no policy about TLS");
          }
          return StsRecord.id(texts).isPresent()
              ? served(domain)
              : Verdict.wrong("malformed, or there are several: senders look at none");
        });
  }

  /** RFC 8461 section 3.3: the record alone says nothing. */
  private Verdict served(String domain) {
    String file;
    try {
      file = policies.fetch(domain);
    } catch (IOException fault) {
      return Verdict.wrong("its policy cannot be had, so there is none: " + fault.getMessage());
    }
    Optional<StsPolicy> policy = StsPolicy.parse(file);
    if (policy.isEmpty()) {
      return Verdict.wrong("its policy is malformed, so there is none");
    }
    String mode = policy.get().mode().name().toLowerCase(Locale.ROOT);
    return policy.get().mode() == StsPolicy.Mode.NONE || policy.get().names(host.hostname())
        ? new Verdict(Status.FINE, "the policy is served, in mode " + mode)
        : Verdict.wrong("the policy (" + mode + ") does not name " + host.hostname());
  }

  private Finding reports(String domain) {
    return text(
        Purpose.TLS_RPT,
        TlsReportRecord.name(domain),
        texts -> {
          if (texts.stream().noneMatch(text -> text.strip().startsWith("v=TLSRPTv1"))) {
            return new Verdict(Status.MISSING, "nobody hears when TLS fails");
          }
          return TlsReportRecord.addresses(texts).isEmpty()
              ? Verdict.wrong("malformed, without an address, or there are several")
              : new Verdict(Status.FINE, "reports are sent");
        });
  }

  private Finding service(AdvisedRecord advised) {
    String wanted = advised.data().replaceFirst("^\\d+ \\d+ ", "").replaceFirst("\\.$", "");
    return switch (dns.services(advised.name())) {
      case Found.Unknown<Service>(String why) -> found(advised, Status.UNKNOWN, noAnswer(why));
      case Found.NoSuchName<Service>() -> absent(advised);
      case Found.Records<Service>(List<Service> services) -> {
        List<String> texts =
            services.stream().map(each -> each.port() + " " + each.target()).toList();
        if (texts.isEmpty()) {
          yield absent(advised);
        }
        boolean fine = texts.stream().allMatch(text -> text.equals(wanted));
        yield new Finding(
            Purpose.CLIENTS,
            advised.name(),
            fine ? Status.FINE : Status.WRONG,
            fine ? advised.why() : "it should be " + advised.data(),
            texts);
      }
    };
  }

  private static Finding absent(AdvisedRecord advised) {
    return found(advised, Status.MISSING, "users must be told the server's name and port");
  }

  private static Finding found(AdvisedRecord advised, Status status, String why) {
    return new Finding(advised.purpose(), advised.name(), status, why, List.of());
  }

  private Finding text(Purpose purpose, String name, Function<List<String>, Verdict> judge) {
    return switch (dns.texts(name)) {
      case Found.Unknown<String>(String why) ->
          new Finding(purpose, name, Status.UNKNOWN, noAnswer(why), List.of());
      case Found.NoSuchName<String>() -> judged(purpose, name, List.of(), judge);
      case Found.Records<String>(List<String> texts) -> judged(purpose, name, texts, judge);
    };
  }

  private static Finding judged(
      Purpose purpose, String name, List<String> texts, Function<List<String>, Verdict> judge) {
    Verdict verdict = judge.apply(texts);
    return new Finding(purpose, name, verdict.status(), verdict.why(), texts);
  }

  static String noAnswer(String why) {
    return "the DNS does not answer: " + why;
  }
}

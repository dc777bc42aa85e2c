package skypost.mail.auth.dmarc;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import skypost.mail.auth.DomainNames;
import skypost.mail.auth.dmarc.TreeWalk.NoAnswer;
import skypost.mail.dns.Lookups;
import skypost.mail.dns.Lookups.Found;
import skypost.mail.message.MailtoUri;
import skypost.protocol.address.EmailAddress;

/**
 * What a domain's record says about aggregate reports (RFC 9990 section 4).
 *
 * @param domain whose record it is
 * @param policy for the domain
 * @param subdomains for existing ones below
 * @param missing for names below that do not exist
 * @param strictDkim adkim=s
 * @param strictSpf aspf=s
 * @param testing t=y
 * @param addresses where it wants them; of other domains those that agreed
 */
public record ReportRequest(
    String domain,
    Policy policy,
    Policy subdomains,
    Policy missing,
    boolean strictDkim,
    boolean strictSpf,
    boolean testing,
    List<EmailAddress> addresses) {
  /** Addresses that are looked at; RFC 9990 section 4 wants two at least. */
  private static final int MAX_ADDRESSES = 5;

  public ReportRequest {
    addresses = List.copyOf(addresses);
  }

  /**
   * Asks the DNS.
   *
   * @param policyDomain canonical
   * @return empty when there is no record, or it wants none
   * @throws NoAnswerNow when it cannot be told now
   */
  public static Optional<ReportRequest> of(String policyDomain, Lookups dns) throws NoAnswerNow {
    try {
      TreeWalk walk = new TreeWalk(dns);
      Optional<DmarcRecord> record =
          walk.record(policyDomain).filter(found -> !found.reports().isEmpty());
      if (record.isEmpty()) {
        return Optional.empty();
      }
      DmarcRecord found = record.get();
      return Optional.of(
          new ReportRequest(
              policyDomain,
              found.domain(),
              found.subdomains(),
              found.missing(),
              found.strictDkim(),
              found.strictSpf(),
              found.testing(),
              addresses(policyDomain, found, walk, dns)));
    } catch (NoAnswer unknown) {
      throw new NoAnswerNow(unknown.getMessage());
    }
  }

  /** Whether a domain wants reports at all; false as well when that cannot be told. */
  public static boolean isMade(String policyDomain, Lookups dns) {
    try {
      return new TreeWalk(dns)
          .record(policyDomain)
          .filter(record -> !record.reports().isEmpty())
          .isPresent();
    } catch (NoAnswer unknown) {
      return false;
    }
  }

  /** The DNS gives no answer now. */
  public static final class NoAnswerNow extends Exception {
    private static final long serialVersionUID = 1L;

    NoAnswerNow(String reason) {
      super(reason);
    }
  }

  private static List<EmailAddress> addresses(
      String policyDomain, DmarcRecord record, TreeWalk walk, Lookups dns) throws NoAnswer {
    List<EmailAddress> addresses = new ArrayList<>();
    for (EmailAddress wanted : mailboxes(record)) {
      Optional<String> host = DomainNames.canonical(wanted.domain());
      if (host.isEmpty()) {
        continue;
      }
      if (isOfSameOrganization(policyDomain, host.get(), walk)) {
        addresses.add(wanted);
      } else {
        agreed(policyDomain, wanted, host.get(), dns).ifPresent(addresses::add);
      }
    }
    return addresses.stream().distinct().toList();
  }

  private static boolean isOfSameOrganization(String policyDomain, String host, TreeWalk walk)
      throws NoAnswer {
    return host.equals(policyDomain)
        || walk.from(host).organization().equals(walk.from(policyDomain).organization());
  }

  /**
   * RFC 9990 section 4: another domain must agree, or reports were a means to flood it. It may name
   * another address of its own.
   */
  private static Optional<EmailAddress> agreed(
      String policyDomain, EmailAddress wanted, String host, Lookups dns) throws NoAnswer {
    String name = policyDomain + "._report._dmarc." + host;
    return switch (dns.texts(name)) {
      case Found.Unknown<String>(String why) -> throw new NoAnswer(name + ": " + why);
      case Found.NoSuchName<String>() -> Optional.empty();
      case Found.Records<String>(List<String> texts) -> {
        List<String> records = texts.stream().filter(DmarcRecord::isRecord).toList();
        if (records.size() != 1) {
          yield Optional.empty();
        }
        List<EmailAddress> others = mailboxes(DmarcRecord.read(records.getFirst()));
        yield Optional.of(
            others.stream()
                .filter(other -> other.domain().toLowerCase(Locale.ROOT).equals(host))
                .findFirst()
                .orElse(wanted));
      }
    };
  }

  private static List<EmailAddress> mailboxes(DmarcRecord record) {
    return record.reports().stream()
        .limit(MAX_ADDRESSES)
        .flatMap(uri -> MailtoUri.address(uri).stream())
        .toList();
  }
}

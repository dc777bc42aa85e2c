package skypost.mail.guidance;

import java.util.List;
import skypost.mail.tlspolicy.StsPolicy;

/**
 * What a domain should publish.
 *
 * @param records in the order of their importance
 * @param policy the MTA-STS policy, to be served at {@link #policyUrl}
 * @param notes what else there is to do
 */
public record DnsAdvice(
    String domain, List<AdvisedRecord> records, StsPolicy policy, List<String> notes) {
  public DnsAdvice {
    records = List.copyOf(records);
    notes = List.copyOf(notes);
  }

  /** Where senders look for the policy (RFC 8461 section 3.3). */
  public String policyUrl() {
    return "https://mta-sts." + domain + "/.well-known/mta-sts.txt";
  }
}

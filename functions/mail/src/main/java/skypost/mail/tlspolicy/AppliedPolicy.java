package skypost.mail.tlspolicy;

import java.util.List;
import skypost.mail.dns.Tlsa;

/**
 * The policy that a session was held against, as a report names it (RFC 8460 section 4.2).
 *
 * @param strings the policy itself: lines of an MTA-STS policy file, or TLSA records; empty: it
 *     could not be had
 * @param mx names of servers in an MTA-STS policy
 */
public record AppliedPolicy(Type type, List<String> strings, List<String> mx) {
  /** The domain has published none. */
  public static final AppliedPolicy NONE =
      new AppliedPolicy(Type.NO_POLICY_FOUND, List.of(), List.of());

  /** There is one, but it was not to be had. */
  static final AppliedPolicy STS_UNKNOWN = new AppliedPolicy(Type.STS, List.of(), List.of());

  /** The same for TLSA records. */
  static final AppliedPolicy TLSA_UNKNOWN = new AppliedPolicy(Type.TLSA, List.of(), List.of());

  public AppliedPolicy {
    strings = List.copyOf(strings);
    mx = List.copyOf(mx);
  }

  /** Policy types of RFC 8460 section 4.2. */
  public enum Type {
    STS("sts"),
    TLSA("tlsa"),
    NO_POLICY_FOUND("no-policy-found");

    private final String label;

    Type(String label) {
      this.label = label;
    }

    /** As reports have it. */
    public String label() {
      return label;
    }
  }

  static AppliedPolicy of(StsPolicy policy) {
    return new AppliedPolicy(Type.STS, policy.file().lines().toList(), policy.mx());
  }

  static AppliedPolicy of(List<Tlsa> records) {
    return new AppliedPolicy(Type.TLSA, records.stream().map(Tlsa::toString).toList(), List.of());
  }
}

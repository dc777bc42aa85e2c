package skypost.mail.report;

import java.util.Comparator;
import java.util.List;

/**
 * How connections to a domain's servers were secured, by somebody who sends mail to it (RFC 8460
 * section 4).
 *
 * @param domain the policy domain of the first policy
 */
public record TlsReport(Head head, String domain, List<PolicyResult> policies) implements Report {
  /** Policies that are kept of one report, and failures of each of them. */
  static final int KEPT_POLICIES = 20;

  static final int KEPT_FAILURES = 50;

  public TlsReport {
    policies = List.copyOf(policies);
  }

  /**
   * What came of one policy.
   *
   * @param type {@code sts}, {@code tlsa} or {@code no-policy-found}
   * @param strings the policy itself
   * @param mx names of servers in it
   * @param successes sessions that were secured as it wants
   * @param failures sessions that were not
   * @param details of these, as far as they are told
   */
  public record PolicyResult(
      String type,
      List<String> strings,
      List<String> mx,
      long successes,
      long failures,
      List<Failure> details) {
    public PolicyResult {
      strings = List.copyOf(strings);
      mx = List.copyOf(mx);
      details = List.copyOf(details);
    }
  }

  /**
   * Sessions that failed alike.
   *
   * @param result of RFC 8460 section 4.3
   * @param sender IP address of the sending server; empty where it is not told
   * @param mx name of the receiving server; empty where it is not told
   * @param receiver its IP address; empty where it is not told
   * @param count sessions
   * @param reason a code of the sender's own; may be empty
   */
  public record Failure(
      String result, String sender, String mx, String receiver, long count, String reason) {}

  @Override
  public TlsReport trimmed() {
    return Report.largest(KEPT_POLICIES, this::trimmed);
  }

  private TlsReport trimmed(int keep) {
    return new TlsReport(
        head,
        domain,
        policies.stream()
            .sorted(
                Comparator.comparingLong((PolicyResult each) -> each.successes() + each.failures())
                    .reversed())
            .limit(keep)
            .map(policy -> trimmed(policy, keep))
            .toList());
  }

  private static PolicyResult trimmed(PolicyResult policy, int keep) {
    return new PolicyResult(
        policy.type(),
        policy.strings().stream().limit(keep).toList(),
        policy.mx().stream().limit(keep).toList(),
        policy.successes(),
        policy.failures(),
        policy.details().stream()
            .sorted(Comparator.comparingLong(Failure::count).reversed())
            .limit(Math.max(1, KEPT_FAILURES * keep / KEPT_POLICIES))
            .toList());
  }
}

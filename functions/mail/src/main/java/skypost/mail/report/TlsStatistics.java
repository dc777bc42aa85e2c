package skypost.mail.report;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.report.TlsReport.Failure;
import skypost.mail.report.TlsReport.PolicyResult;

/**
 * What many TLS reports say of a domain's servers together.
 *
 * @param reports how many there are
 * @param successes sessions that were secured as the policies want
 * @param failures sessions that were not
 * @param policies sessions by type of policy
 * @param reporters organizations, by sessions
 * @param faults what failed, the most frequent first
 */
public record TlsStatistics(
    long reports,
    long successes,
    long failures,
    Map<String, Long> policies,
    Map<String, Long> reporters,
    List<Fault> faults) {
  private static final int MAX_FAULTS = 200;

  /**
   * Sessions that failed alike.
   *
   * @param result of RFC 8460 section 4.3
   * @param mx the server of ours; may be empty
   * @param organization who met it
   * @param sessions how many
   */
  public record Fault(String result, String mx, String organization, long sessions) {
    private Fault times(long sessions) {
      return new Fault(result, mx, organization, sessions);
    }
  }

  /** Sums up. */
  static TlsStatistics of(List<Report> reports) {
    long successes = 0;
    long failures = 0;
    Map<String, Long> policies = new LinkedHashMap<>();
    Map<String, Long> reporters = new LinkedHashMap<>();
    Map<Fault, Long> faults = new LinkedHashMap<>();
    for (Report report : reports) {
      String organization = report.head().organization();
      for (PolicyResult policy : ((TlsReport) report).policies()) {
        long sessions = policy.successes() + policy.failures();
        successes += policy.successes();
        failures += policy.failures();
        policies.merge(policy.type(), sessions, Long::sum);
        reporters.merge(organization, sessions, Long::sum);
        for (Failure failure : policy.details()) {
          Fault fault = new Fault(failure.result(), failure.mx(), organization, 0);
          faults.merge(fault, failure.count(), Long::sum);
        }
      }
    }
    List<Fault> frequent =
        faults.entrySet().stream()
            .map(each -> each.getKey().times(each.getValue()))
            .sorted(Comparator.comparingLong(Fault::sessions).reversed())
            .limit(MAX_FAULTS)
            .toList();
    return new TlsStatistics(reports.size(), successes, failures, policies, reporters, frequent);
  }
}

package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.Page;
import skypost.mail.tlspolicy.AppliedPolicy;
import skypost.mail.tlspolicy.TlsReports;
import skypost.mail.tlspolicy.TlsReports.Counted;
import skypost.mail.tlspolicy.TlsResult;
import skypost.mail.tlspolicy.TlsSession;

/** What every {@link TlsReports} must do. */
public abstract class TlsReportsContract {
  private static final LocalDate DAY = LocalDate.of(2026, 11, 25);
  private static final AppliedPolicy STS =
      new AppliedPolicy(
          AppliedPolicy.Type.STS,
          List.of("version: STSv1", "mode: enforce", "mx: mx.test", "max_age: 60"),
          List.of("mx.test"));
  private static final TlsSession SECURED = new TlsSession(STS, "mx.test", Optional.empty());
  private static final TlsSession EXPIRED =
      new TlsSession(
          STS,
          "mx.test",
          Optional.of(TlsResult.CERTIFICATE_EXPIRED),
          "NotAfter: Mon Nov 23 08:00:00 UTC 2026");
  private static final TlsSession UNFETCHED =
      new TlsSession(AppliedPolicy.NONE, "", Optional.of(TlsResult.STS_POLICY_FETCH_ERROR));

  /** What keeps them. */
  protected abstract TlsReports reports() throws IOException;

  private final String domain = Samples.name("d-") + ".example";

  private Optional<Map<TlsSession, Long>> of(LocalDate day) throws IOException {
    List<Counted> all = new ArrayList<>();
    Optional<String> next = Optional.empty();
    do {
      Page<Counted> page = reports().list(day, 2, next);
      all.addAll(page.items());
      next = page.next();
    } while (next.isPresent());
    assertThat(all).extracting(Counted::domain).isSorted().doesNotHaveDuplicates();
    return all.stream()
        .filter(each -> each.domain().equals(domain))
        .map(Counted::counts)
        .findFirst();
  }

  @Test
  void countsAreSummedUpByDayAndDomain() throws IOException {
    TlsReports reports = reports();
    reports.add(DAY, domain, Map.of(SECURED, 3L, EXPIRED, 1L));
    reports.add(DAY, domain, Map.of(SECURED, 4L, UNFETCHED, 1L));
    reports.add(DAY.plusDays(1), domain, Map.of(SECURED, 1L));
    for (int i = 0; i < 3; i++) {
      reports.add(DAY, i + "." + domain, Map.of(SECURED, 9L));
    }

    assertThat(of(DAY)).contains(Map.of(SECURED, 7L, EXPIRED, 1L, UNFETCHED, 1L));
    assertThat(of(DAY.plusDays(1))).contains(Map.of(SECURED, 1L));
    assertThat(of(DAY.minusDays(1))).isEmpty();
  }

  @Test
  void aPolicyThatChangesIsCountedForItself() throws IOException {
    TlsSession next =
        new TlsSession(
            new AppliedPolicy(AppliedPolicy.Type.TLSA, List.of("3 1 1 00ff"), List.of()),
            "mx.test",
            Optional.empty());
    reports().add(DAY, domain, Map.of(SECURED, 1L));
    reports().add(DAY, domain, Map.of(next, 2L));

    assertThat(of(DAY)).contains(Map.of(SECURED, 1L, next, 2L));
  }

  @Test
  void asManyKindsAsAreAllowedAreAddedAtOnce() throws IOException {
    Map<TlsSession, Long> many = new HashMap<>();
    for (int i = 0; i < TlsReports.MOST; i++) {
      AppliedPolicy policy =
          new AppliedPolicy(AppliedPolicy.Type.TLSA, List.of("3 1 1 " + i), List.of());
      many.put(new TlsSession(policy, "mx" + i + ".test", Optional.empty()), 1L + i);
    }
    reports().add(DAY, domain, many);

    assertThat(of(DAY)).contains(many);
  }
}

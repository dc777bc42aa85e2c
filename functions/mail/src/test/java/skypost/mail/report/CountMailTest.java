package skypost.mail.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.contract.TestClock;
import skypost.mail.directory.Page;
import skypost.mail.memory.InMemoryCountedMail;
import skypost.mail.report.AggregateReport.Evaluated;
import skypost.mail.report.AggregateReport.Row;

/** When counts are written. */
class CountMailTest {
  private static final LocalDate DAY = LocalDate.of(2026, 11, 25);

  private final InMemoryCountedMail counted = new InMemoryCountedMail();
  private Instant now = DAY.atTime(23, 59, 30).toInstant(ZoneOffset.UTC);
  private final Clock clock = TestClock.of(() -> now);
  private final CountMail mail =
      new CountMail(domain -> !domain.equals("quiet.example"), counted, clock);

  private static Row from(int source) {
    return new Row(
        "10.0.0." + source,
        7,
        new Evaluated("none", true, false, ""),
        "there.example",
        "",
        List.of(),
        Optional.empty());
  }

  private List<Long> counts(LocalDate day) {
    return counted.list(day, 1000, Optional.empty()).items().stream()
        .map(each -> each.row().count())
        .toList();
  }

  @Test
  void aLoneMessageIsWrittenAtOnce() {
    mail.count("there.example", from(1));
    mail.write();

    assertThat(counts(DAY)).containsExactly(1L);
  }

  @Test
  void manyAreWrittenTogetherAMinuteLater() {
    mail.count("there.example", from(1));
    mail.write();
    for (int i = 0; i < 1000; i++) {
      mail.count("there.example", from(i % 3));
      mail.write();
    }
    assertThat(counts(DAY)).containsExactly(1L);

    now = now.plus(CountMail.KEPT);
    mail.count("there.example", from(1));
    mail.write();

    assertThat(counts(DAY)).as("each on its day").containsExactly(334L, 334L, 333L);
    assertThat(counts(DAY.plusDays(1))).containsExactly(1L);
  }

  @Test
  void manyKindsAreWrittenEarlier() {
    mail.count("there.example", from(0));
    mail.write();
    for (int i = 1; i <= CountMail.MOST; i++) {
      mail.count("there.example", from(i));
    }
    mail.write();

    assertThat(counts(DAY)).hasSize(CountMail.MOST + 1);
  }

  @Test
  void whoDoesNotAskIsNotCounted() {
    mail.count("quiet.example", from(1));
    mail.write();

    assertThat(counts(DAY)).isEmpty();
  }

  @Test
  void aFaultOfTheStoreIsNoneOfTheMails() {
    CountMail broken =
        new CountMail(
            domain -> true,
            new CountedMail() {
              @Override
              public void add(LocalDate day, String domain, Map<Row, Long> counts)
                  throws IOException {
                throw new IOException("throttled");
              }

              @Override
              public Page<Counted> list(LocalDate day, int limit, Optional<String> next) {
                return new Page<>(List.of(), Optional.empty());
              }
            },
            clock);
    broken.count("there.example", from(1));

    broken.write();
    broken.write();

    assertThat(counts(DAY)).isEmpty();
  }
}

package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.Page;
import skypost.mail.report.AggregateReport.Evaluated;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.report.AggregateReport.Sender;
import skypost.mail.report.AggregateReport.Signature;
import skypost.mail.report.CountedMail;
import skypost.mail.report.CountedMail.Counted;

/** What every {@link CountedMail} must do. */
public abstract class CountedMailContract {
  private static final LocalDate DAY = LocalDate.of(2026, 11, 24);

  private final String domain = Samples.name("d-") + ".example";

  /** What keeps them. */
  protected abstract CountedMail mail() throws IOException;

  private Row from(String source) {
    return new Row(
        source,
        1,
        new Evaluated("quarantine", false, false, ""),
        "sub." + domain,
        domain,
        List.of(new Signature("x.example", "s", "fail"), new Signature("y.example", "s", "pass")),
        Optional.of(new Sender("z.example", "softfail")));
  }

  private List<Counted> of(LocalDate day) throws IOException {
    List<Counted> all = new ArrayList<>();
    Optional<String> next = Optional.empty();
    do {
      Page<Counted> page = mail().list(day, 2, next);
      all.addAll(page.items());
      next = page.next();
    } while (next.isPresent());
    return all;
  }

  @Test
  void messagesThatAreAlikeAreSummedUp() throws IOException {
    mail().add(DAY, domain, Map.of(from("192.0.2.1"), 3L, from("192.0.2.2"), 1L));
    mail().add(DAY, domain, Map.of(from("192.0.2.1"), 4L));
    mail().add(DAY.plusDays(1), domain, Map.of(from("192.0.2.1"), 1L));

    assertThat(of(DAY))
        .filteredOn(each -> each.domain().equals(domain))
        .extracting(Counted::row)
        .containsExactlyInAnyOrder(from("192.0.2.1").counting(7), from("192.0.2.2"));
    assertThat(of(DAY.plusDays(1))).filteredOn(each -> each.domain().equals(domain)).hasSize(1);
  }

  @Test
  void thoseOfOneDomainStandTogether() throws IOException {
    for (int i = 0; i < 4; i++) {
      for (String each : List.of("a-" + domain, domain, "z-" + domain)) {
        mail().add(DAY, each, Map.of(from("192.0.2." + i), 1L));
      }
    }

    List<String> domains = of(DAY).stream().map(Counted::domain).toList();

    for (String each : List.of("a-" + domain, domain, "z-" + domain)) {
      assertThat(domains.lastIndexOf(each) - domains.indexOf(each)).isEqualTo(3);
    }
  }
}

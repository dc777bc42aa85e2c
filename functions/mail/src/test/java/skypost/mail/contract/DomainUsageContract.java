package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.mailbox.DomainUsage;
import skypost.mail.mailbox.DomainUsage.Usage;

/** What every {@link DomainUsage} must do. */
public abstract class DomainUsageContract {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00.123Z");

  /** The usage under test. */
  protected abstract DomainUsage usage() throws IOException;

  @Test
  void aCountIsCarriedOnByWhoeverSawItLast() throws IOException {
    DomainUsage usage = usage();
    String domain = Samples.name("d-") + ".example";
    Usage first = new Usage(0, NOW, 5_000_000_000L, Optional.of("ann"));
    Usage second = new Usage(7_000_000_000L, NOW, 0, Optional.empty());

    assertThat(usage.find(domain)).isEmpty();
    assertThat(usage.replace(domain, Optional.empty(), first)).isTrue();
    assertThat(usage.replace(domain, Optional.empty(), second)).isFalse();
    assertThat(usage.find(domain)).contains(first);
    assertThat(usage.replace(domain, Optional.of(first), second)).isTrue();
    assertThat(usage.replace(domain, Optional.of(first), second)).isFalse();
    assertThat(usage.find(domain)).contains(second);
  }

  @Test
  void aDomainOfTheSameNameBeginsAnew() throws IOException {
    DomainUsage usage = usage();
    String domain = Samples.name("d-") + ".example";
    Usage count = new Usage(7, NOW, 0, Optional.empty());
    usage.replace(domain, Optional.empty(), count);

    usage.forget(domain);
    usage.forget(domain);

    assertThat(usage.find(domain)).isEmpty();
    assertThat(usage.replace(domain, Optional.empty(), count)).isTrue();
  }
}

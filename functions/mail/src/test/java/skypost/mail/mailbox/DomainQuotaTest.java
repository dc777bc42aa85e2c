package skypost.mail.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.contract.Samples;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.directory.FolderTimes;
import skypost.mail.directory.MailboxRules;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryDomainUsage;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.protocol.address.EmailAddress;

class DomainQuotaTest {
  private static final String DOMAIN = "local.example";

  private Instant now = Instant.parse("2026-11-25T08:00:00Z");
  private final Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);
  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemoryMailboxes mailboxes = new InMemoryMailboxes();
  private final InMemoryDomainUsage usage = new InMemoryDomainUsage();
  private final DomainQuota quota = new DomainQuota(usage, directory, mailboxes, clock);

  @Test
  void aDomainWithoutAQuotaIsNeverFullAndNeverCounted() throws IOException {
    users(3, 1000);

    quota.count(DOMAIN, MailboxRules.NONE);

    assertThat(quota.isFull(DOMAIN, MailboxRules.NONE, 1L << 40)).isFalse();
    assertThat(usage.find(DOMAIN)).isEmpty();
  }

  @Test
  void itIsFullWhenAllMailboxesTogetherAre() throws IOException {
    users(3, 1000);
    MailboxRules rules = rules(3500);

    quota.count(DOMAIN, rules);

    assertThat(quota.isFull(DOMAIN, rules, 500)).isFalse();
    assertThat(quota.isFull(DOMAIN, rules, 501)).isTrue();
    assertThat(quota.isFull(DOMAIN, rules(3000), 0)).isTrue();
  }

  @Test
  void aLargeDomainIsCountedInSteps() throws IOException {
    users(250, 10);
    MailboxRules rules = rules(2500);

    for (int step = 0; step < 3; step++) {
      assertThat(quota.isFull(DOMAIN, rules, 1)).isFalse();
      quota.count(DOMAIN, rules);
      quota.count(DOMAIN, rules); // no two steps at once
      now = now.plusSeconds(10);
    }

    assertThat(usage.find(DOMAIN).orElseThrow().bytes()).isEqualTo(2500);
    assertThat(quota.isFull(DOMAIN, rules, 1)).isTrue();
  }

  @Test
  void theFullerItIsTheSoonerItIsCountedAgain() throws IOException {
    users(1, 100);
    quota.count(DOMAIN, rules(1000));
    users(1, 860);
    now = now.plus(Duration.ofMinutes(9));
    quota.count(DOMAIN, rules(1000));
    assertThat(usage.find(DOMAIN).orElseThrow().bytes()).isEqualTo(100);

    now = now.plus(Duration.ofMinutes(1));
    quota.count(DOMAIN, rules(1000));
    assertThat(quota.isFull(DOMAIN, rules(1000), 41)).isTrue();
    users(1, 40);
    now = now.plusSeconds(10);
    quota.count(DOMAIN, rules(1000));
    assertThat(usage.find(DOMAIN).orElseThrow().bytes()).isEqualTo(1000);
  }

  @Test
  void whatIsDeletedMakesRoom() throws IOException {
    users(1, 1000);
    quota.count(DOMAIN, rules(1000));
    assertThat(quota.isFull(DOMAIN, rules(1000), 1)).isTrue();
    EmailAddress user =
        directory.accounts(DOMAIN, 1, Optional.empty()).items().getFirst().address();
    mailboxes.delete(user, gone -> {});
    now = now.plusSeconds(10);

    quota.count(DOMAIN, rules(1000));

    assertThat(quota.isFull(DOMAIN, rules(1000), 1000)).isFalse();
  }

  /** Nobody counts while all mail is refused: so it may not stay refused. */
  @Test
  void aFullDomainLetsAMessageInNowAndThenWhichCountsAgain() throws IOException {
    users(150, 100);
    MailboxRules rules = rules(12_000);
    count(rules);
    count(rules);
    assertThat(quota.isFull(DOMAIN, rules, 1)).isTrue();

    now = now.plus(Duration.ofSeconds(49));
    assertThat(quota.isFull(DOMAIN, rules, 1)).isTrue();
    now = now.plusSeconds(1);
    for (int message = 0; message < 2; message++) {
      assertThat(quota.isFull(DOMAIN, rules, 1)).isFalse();
      count(rules);
    }
    assertThat(usage.find(DOMAIN).orElseThrow().cursor()).isEmpty();
    assertThat(quota.isFull(DOMAIN, rules, 1)).as("and it is full still").isTrue();
  }

  @Test
  void whoCannotCountNowGoesOn() throws IOException {
    users(1, 1000);
    var throttled =
        new DomainUsage() {
          @Override
          public Optional<Usage> find(String domain) throws IOException {
            return usage.find(domain);
          }

          @Override
          public boolean replace(String domain, Optional<Usage> seen, Usage next)
              throws IOException {
            throw new IOException("throttled");
          }

          @Override
          public void forget(String domain) {}
        };
    var tried = new DomainQuota(throttled, directory, mailboxes, clock);

    tried.count(DOMAIN, rules(1000));

    assertThat(tried.isFull(DOMAIN, rules(1000), 500)).isFalse();
    assertThat(usage.find(DOMAIN)).isEmpty();
  }

  private void count(MailboxRules rules) throws IOException {
    quota.count(DOMAIN, rules);
    now = now.plusSeconds(10);
  }

  private static MailboxRules rules(long bytes) {
    return new MailboxRules(bytes, FolderTimes.NONE);
  }

  private void users(int count, long bytes) throws IOException {
    directory.putDomain(Domain.local(DOMAIN));
    for (int i = 0; i < count; i++) {
      EmailAddress user = new EmailAddress(Samples.name("u"), DOMAIN);
      directory.putAccount(new Account.User(user, 0, false));
      mailboxes.create(user, 0);
      mailboxes.deliver(user, new Delivery(Samples.id(), "INBOX", bytes, false, ""));
    }
  }
}

package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.mailbox.MailboxChecks;
import skypost.mail.mailbox.MailboxChecks.Contents;
import skypost.mail.mailbox.MailboxChecks.Held;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.DeliveryOutcome;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/** What every {@link MailboxChecks} must do, beside the {@link Mailboxes} that it belongs to. */
public abstract class MailboxChecksContract {
  private static final String INBOX = Mailboxes.INBOX;
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");

  protected Mailboxes mailboxes;
  protected MailboxChecks checks;
  protected EmailAddress user;

  /** The mailboxes under test. */
  protected abstract Mailboxes mailboxes() throws IOException;

  /** The checks under test. */
  protected abstract MailboxChecks checks() throws IOException;

  @BeforeEach
  void aMailbox() throws IOException {
    mailboxes = mailboxes();
    checks = checks();
    user = Samples.user();
    mailboxes.create(user, 100_000);
  }

  @Test
  void aMailboxThatIsWellIsReadWholeWithoutDifferences() throws IOException {
    List<MessageId> ids = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      ids.add(deliver(i % 3 == 0 ? "Junk" : INBOX));
    }
    clear("Junk");

    Contents contents = checks.read(user).orElseThrow();

    assertThat(contents.differences()).isEmpty();
    assertThat(contents.quotaBytes()).isEqualTo(100_000);
    assertThat(contents.messages())
        .extracting(held -> held.message().id())
        .containsExactlyInAnyOrderElementsOf(ids);
    assertThat(contents.messages())
        .filteredOn(Held::deleted)
        .hasSize(20)
        .allSatisfy(held -> assertThat(held.folder()).isEqualTo("Junk"));
    assertThat(checks.read(Samples.user())).isEmpty();
  }

  @Test
  void whatComesInMeanwhileMakesNoDifference() throws Exception {
    List<Callable<MessageId>> deliveries = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      deliveries.add(() -> deliver(INBOX));
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<List<Contents>> reads =
          threads.submit(() -> {
            List<Contents> seen = new ArrayList<>();
            while (seen.size() < 5) {
              seen.add(checks.read(user).orElseThrow());
            }
            return seen;
          });
      for (Future<MessageId> done : threads.invokeAll(deliveries)) {
        assertThat(done.get()).isNotNull();
      }
      assertThat(reads.get()).allSatisfy(contents -> assertThat(contents.differences()).isEmpty());
    }
  }

  @Test
  void countersAreNotChangedOnTheGroundOfWhatIsNoLongerTrue() throws IOException {
    deliver(INBOX);
    Contents seen = checks.read(user).orElseThrow();
    deliver(INBOX);
    MailboxStatus status = mailboxes.status(user).orElseThrow();

    assertThat(checks.recount(user, seen)).isFalse();

    assertThat(mailboxes.status(user).orElseThrow()).isEqualTo(status);
    assertThat(checks.recount(user, checks.read(user).orElseThrow())).isTrue();
    assertThat(mailboxes.status(user).orElseThrow()).isEqualTo(status);
  }

  protected MessageId deliver(String folder) throws IOException {
    MessageId id = Samples.id();
    assertThat(mailboxes.deliver(user, new Delivery(id, folder, 10, false, "subject")))
        .isInstanceOf(DeliveryOutcome.Filed.class);
    return id;
  }

  protected void clear(String folder) throws IOException {
    var snapshot = mailboxes.open(user, folder).orElseThrow();
    mailboxes.lease(user, "clear", snapshot, NOW, NOW.plusSeconds(600));
    assertThat(mailboxes.expunge(user, "clear", snapshot, snapshot.messages())).isTrue();
  }
}

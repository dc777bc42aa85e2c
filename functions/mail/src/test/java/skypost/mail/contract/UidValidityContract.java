package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.mailbox.DeletedMessages.DeletedMessage;
import skypost.mail.mailbox.DeletedMessages.RestoreOutcome;
import skypost.mail.mailbox.Mailboxes.AfterRetrieval;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.DeliveryOutcome;
import skypost.mail.mailbox.Mailboxes.Snapshot;
import skypost.protocol.address.EmailAddress;

/**
 * For how long a client may remember UIDs (RFC 3501 section 2.3.1.1): folder, UIDVALIDITY and UID
 * name one message, and no other ever.
 */
public abstract class UidValidityContract {
  private static final String FOLDER = "Work";

  private final EmailAddress user = Samples.user();
  private Instant now = Instant.parse("2026-11-25T08:00:00.999Z");
  private MailboxStores stores;

  /** The ports under test, on the same mailboxes. */
  protected abstract MailboxStores stores(Clock clock) throws IOException;

  @BeforeEach
  void aMailbox() throws IOException {
    InstantSource source = () -> now;
    stores = stores(source.withZone(ZoneOffset.UTC));
    stores.mailboxes().create(user, 0);
  }

  @Test
  void whateverHappensInAMailboxItsUidsStayGood() throws IOException {
    long validity = validity();
    assertThat(validity).isBetween(1L, (1L << 32) - 1);

    now = now.plusSeconds(100);
    for (long uid = 1; uid <= 30; uid++) { // so that some are sealed away
      assertThat(deliver()).isEqualTo(uid);
    }
    stores.mailboxes().create(user, 1_000_000, AfterRetrieval.DELETE);
    Snapshot all = stores.mailboxes().open(user, FOLDER).orElseThrow();
    stores.mailboxes().lease(user, "session", all, now, now.plusSeconds(600));
    stores.mailboxes().expunge(user, "session", all, all.messages());
    DeletedMessage one =
        stores.deleted().list(user, 1, Optional.empty()).orElseThrow().items().getFirst();

    assertThat(stores.deleted().restore(user, one, FOLDER))
        .as("a UID is never given twice, in a folder that has been emptied either")
        .isEqualTo(new RestoreOutcome.Restored(FOLDER, 31));
    assertThat(deliver()).isEqualTo(32);
    var contents = stores.checks().read(user).orElseThrow();
    assertThat(stores.checks().recount(user, contents)).isTrue();
    assertThat(deliver()).isEqualTo(33);
    assertThat(validity()).isEqualTo(validity);
  }

  @Test
  void ofALaterMailboxOfTheSameNameTheyAreOthers() throws IOException {
    deliver();
    long validity = validity();
    stores.mailboxes().delete(user, gone -> {});
    now = now.plusSeconds(1);

    stores.mailboxes().create(user, 0);

    assertThat(deliver()).isEqualTo(1);
    assertThat(validity()).isGreaterThan(validity);
  }

  private long validity() throws IOException {
    return stores.mailboxes().status(user).orElseThrow().uidValidity();
  }

  private long deliver() throws IOException {
    Delivery delivery = new Delivery(Samples.id(now), FOLDER, 10, false, "subject");
    DeliveryOutcome outcome = stores.mailboxes().deliver(user, delivery);
    return ((DeliveryOutcome.Filed) outcome).uid();
  }
}

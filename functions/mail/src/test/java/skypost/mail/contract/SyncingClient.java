package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.MessageFlags.Changes;
import skypost.protocol.address.EmailAddress;

/** A client that asks only for what has changed since it asked last, as RFC 7162 has it. */
final class SyncingClient {
  private final EmailAddress user;
  private final String folder;
  private final TreeMap<Long, List<String>> known = new TreeMap<>();
  private long highest;

  SyncingClient(EmailAddress user, String folder) {
    this.user = user;
    this.folder = folder;
  }

  void sync(MailboxStores stores) throws IOException {
    Changes changes = stores.flags().changedSince(user, folder, highest).orElseThrow();
    assertThat(changes.highest()).as("HIGHESTMODSEQ").isGreaterThanOrEqualTo(highest);
    changes.vanished().forEach(gone -> known.subMap(gone.first(), true, gone.last(), true).clear());
    for (MailboxMessage message : changes.messages()) {
      assertThat(message.modseq()).isGreaterThan(highest).isLessThanOrEqualTo(changes.highest());
      known.put(message.uid(), message.flags());
    }
    highest = changes.highest();
  }

  /** While nobody changes anything. */
  void assertKnowsAll(MailboxStores stores) throws IOException {
    sync(stores);
    var there =
        stores.mailboxes().open(user, folder).orElseThrow().messages().stream()
            .collect(Collectors.toMap(MailboxMessage::uid, MailboxMessage::flags));
    assertThat(known).isEqualTo(there);
  }
}

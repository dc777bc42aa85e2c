package skypost.mail.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.directory.FolderTimes;
import skypost.mail.directory.MailboxRules;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.mailbox.DomainQuota;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.memory.InMemoryDeletedMessages;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryDomainUsage;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/** Restores in a domain that has a quota. */
class RecoverMessagesTest {
  private static final EmailAddress ANN = new EmailAddress("ann", "local.example");
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");

  private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemoryMailboxes mailboxes = new InMemoryMailboxes();
  private final RecoverMessages recover =
      new RecoverMessages(
          new InMemoryDeletedMessages(mailboxes),
          new DomainQuota(new InMemoryDomainUsage(), directory, mailboxes, clock),
          clock);
  private final List<MessageId> deleted = new ArrayList<>();

  /** Four deleted messages of a thousand octets, and room for two of them. */
  @BeforeEach
  void deletedMessages() throws IOException {
    directory.putDomain(
        new Domain(
            ANN.domain(),
            Domain.Kind.LOCAL,
            Optional.empty(),
            SenderPolicy.DEFAULT,
            Domain.RecipientCheck.NONE,
            new MailboxRules(2500, FolderTimes.NONE)));
    directory.putAccount(new Account.User(ANN, 0, false));
    mailboxes.create(ANN, 0);
    for (int i = 0; i < 4; i++) {
      MessageId id = MessageId.derived(NOW, "message " + i);
      mailboxes.discard(ANN, new Delivery(id, Mailboxes.INBOX, 1000, false, ""));
      deleted.add(id);
    }
  }

  @Test
  void oneByOneTheyFillTheDomainAndNoMore() throws IOException {
    assertThat(restored(0)).isInstanceOf(Outcome.Done.class);
    assertThat(restored(1)).isInstanceOf(Outcome.Done.class);
    assertThat(restored(2))
        .isEqualTo(new Outcome.Conflict<>("the mailboxes of local.example are full"));
    assertThat(mailboxes.open(ANN, Mailboxes.INBOX).orElseThrow().messages()).hasSize(2);
  }

  @Test
  void manyAtOnceStopWhereTheDomainIsFull() throws IOException {
    var wanted = new RecoverMessages.Wanted(Optional.empty(), Optional.empty());

    assertThat(recover.restore(ANN, wanted))
        .isEqualTo(new Outcome.Done<>(new RecoverMessages.Many(2, 2, true)));
    assertThat(mailboxes.open(ANN, Mailboxes.INBOX).orElseThrow().messages()).hasSize(2);
  }

  private Outcome<RecoverMessages.Restored> restored(int which) throws IOException {
    return recover.restore(ANN, deleted.get(which), Optional.empty());
  }
}

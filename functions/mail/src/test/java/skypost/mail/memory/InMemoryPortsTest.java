package skypost.mail.memory;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import skypost.mail.authorize.Greylist;
import skypost.mail.authorize.LoginAttempts;
import skypost.mail.authorize.Tallies;
import skypost.mail.contract.BodyHoldersContract;
import skypost.mail.contract.CountedMailContract;
import skypost.mail.contract.CredentialsContract;
import skypost.mail.contract.DeletedMessagesContract;
import skypost.mail.contract.DestinationsContract;
import skypost.mail.contract.DirectoryContract;
import skypost.mail.contract.DomainUsageContract;
import skypost.mail.contract.ExpiryContract;
import skypost.mail.contract.ExportObjectsContract;
import skypost.mail.contract.Faults;
import skypost.mail.contract.FilterMemoriesContract;
import skypost.mail.contract.FiltersContract;
import skypost.mail.contract.GreylistContract;
import skypost.mail.contract.ImportObjectsContract;
import skypost.mail.contract.KeptPoliciesContract;
import skypost.mail.contract.LoginAttemptsContract;
import skypost.mail.contract.MailboxChecksContract;
import skypost.mail.contract.MailboxHistoryContract;
import skypost.mail.contract.MailboxStores;
import skypost.mail.contract.MailboxesContract;
import skypost.mail.contract.MaildropContract;
import skypost.mail.contract.MessageFlagsContract;
import skypost.mail.contract.MessagesContract;
import skypost.mail.contract.OutboundQueueContract;
import skypost.mail.contract.ProbedRecipientsContract;
import skypost.mail.contract.QueueOperationsContract;
import skypost.mail.contract.ReceivedReportsContract;
import skypost.mail.contract.RelayRecipientsContract;
import skypost.mail.contract.SigningKeysContract;
import skypost.mail.contract.SmartHostPasswordsContract;
import skypost.mail.contract.SuppressionsContract;
import skypost.mail.contract.TalliesContract;
import skypost.mail.contract.TlsReportsContract;
import skypost.mail.contract.TracesContract;
import skypost.mail.contract.TransfersContract;
import skypost.mail.contract.UidValidityContract;
import skypost.mail.directory.Credentials;
import skypost.mail.directory.Directory;
import skypost.mail.directory.ProbedRecipients;
import skypost.mail.directory.RelayRecipients;
import skypost.mail.directory.SmartHostPasswords;
import skypost.mail.directory.Suppressions;
import skypost.mail.filter.Filters;
import skypost.mail.mailbox.BodyHolders;
import skypost.mail.mailbox.DeletedMessages;
import skypost.mail.mailbox.DomainUsage;
import skypost.mail.mailbox.MailboxChecks;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.StoredMessages;
import skypost.mail.queue.Destinations;
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.OperationId;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueOperations;
import skypost.mail.report.CountedMail;
import skypost.mail.report.ReceivedReports;
import skypost.mail.sieve.run.FilterMemories;
import skypost.mail.signing.SigningKeys;
import skypost.mail.tlspolicy.KeptPolicies;
import skypost.mail.tlspolicy.TlsReports;
import skypost.mail.trace.Traces;
import skypost.mail.transfer.ExportObjects;
import skypost.mail.transfer.ImportObjects;
import skypost.mail.transfer.TransferKey;
import skypost.mail.transfer.Transfers;

/** The ports in memory keep the contracts. */
class InMemoryPortsTest {
  @Nested
  class OfTransfers extends TransfersContract {
    private final List<TransferKey> wakes = new ArrayList<>();
    private final Transfers transfers = new InMemoryTransfers(wakes::add);

    @Override
    protected Transfers transfers() {
      return transfers;
    }

    @Override
    protected List<TransferKey> woken() {
      return wakes;
    }
  }

  @Nested
  class OfExportObjects extends ExportObjectsContract {
    private final InMemoryExportObjects objects = new InMemoryExportObjects();

    @Override
    protected ExportObjects objects() {
      return objects;
    }

    @Override
    protected byte[] fetch(TransferKey key) {
      return objects.object(key).orElseThrow();
    }
  }

  @Nested
  class OfImportObjects extends ImportObjectsContract {
    private final InMemoryImportObjects objects = new InMemoryImportObjects();

    @Override
    protected ImportObjects objects() {
      return objects;
    }

    @Override
    protected void put(TransferKey key, byte[] octets) {
      objects.upload(key, octets);
    }
  }

  @Nested
  class OfReceivedReports extends ReceivedReportsContract {
    private final ReceivedReports reports = new InMemoryReceivedReports();

    @Override
    protected ReceivedReports reports() {
      return reports;
    }
  }

  @Nested
  class OfCountedMail extends CountedMailContract {
    private final CountedMail mail = new InMemoryCountedMail();

    @Override
    protected CountedMail mail() {
      return mail;
    }
  }

  @Nested
  class OfDirectory extends DirectoryContract {
    private final Directory directory = new InMemoryDirectory();

    @Override
    protected Directory directory() {
      return directory;
    }
  }

  @Nested
  class OfDeletedMessages extends DeletedMessagesContract {
    private final InMemoryMailboxes mailboxes = new InMemoryMailboxes();

    @Override
    protected Mailboxes mailboxes() {
      return mailboxes;
    }

    @Override
    protected DeletedMessages deletedMessages() {
      return new InMemoryDeletedMessages(mailboxes);
    }
  }

  @Nested
  class OfExpiry extends ExpiryContract {
    @Override
    protected Ports ports(Clock clock) {
      var mailboxes = new InMemoryMailboxes(clock);
      return new Ports(
          mailboxes,
          new InMemoryDeletedMessages(mailboxes),
          new InMemoryExpiringMailboxes(mailboxes));
    }
  }

  @Nested
  class OfDomainUsage extends DomainUsageContract {
    private final DomainUsage usage = new InMemoryDomainUsage();

    @Override
    protected DomainUsage usage() {
      return usage;
    }
  }

  @Nested
  class OfMailboxChecks extends MailboxChecksContract {
    private final InMemoryMailboxes memory = new InMemoryMailboxes();

    @Override
    protected Mailboxes mailboxes() {
      return memory;
    }

    @Override
    protected MailboxChecks checks() {
      return new InMemoryMailboxChecks(memory);
    }
  }

  @Nested
  class OfRelayRecipients extends RelayRecipientsContract {
    private final RelayRecipients recipients = new InMemoryRelayRecipients();

    @Override
    protected RelayRecipients recipients() {
      return recipients;
    }
  }

  @Nested
  class OfFilterMemories extends FilterMemoriesContract {
    private final FilterMemories memories = new InMemoryFilterMemories();

    @Override
    protected FilterMemories memories() {
      return memories;
    }
  }

  @Nested
  class OfSmartHostPasswords extends SmartHostPasswordsContract {
    private final SmartHostPasswords passwords = new InMemorySmartHostPasswords(Clock.systemUTC());

    @Override
    protected SmartHostPasswords passwords() {
      return passwords;
    }
  }

  @Nested
  class OfFilters extends FiltersContract {
    private final InMemoryDirectory directory = new InMemoryDirectory();
    private final Filters filters = new InMemoryFilters(directory);

    @Override
    protected Filters filters() {
      return filters;
    }

    @Override
    protected Directory directory() {
      return directory;
    }
  }

  @Nested
  class OfSuppressions extends SuppressionsContract {
    private final Suppressions suppressions = new InMemorySuppressions();

    @Override
    protected Suppressions suppressions() {
      return suppressions;
    }
  }

  @Nested
  class OfProbedRecipients extends ProbedRecipientsContract {
    private final ProbedRecipients probed = new InMemoryProbedRecipients();

    @Override
    protected ProbedRecipients probed() {
      return probed;
    }
  }

  @Nested
  class OfKeptPolicies extends KeptPoliciesContract {
    private final KeptPolicies policies = new InMemoryKeptPolicies();

    @Override
    protected KeptPolicies policies() {
      return policies;
    }
  }

  @Nested
  class OfTlsReports extends TlsReportsContract {
    private final TlsReports reports = new InMemoryTlsReports();

    @Override
    protected TlsReports reports() {
      return reports;
    }
  }

  @Nested
  class OfCredentials extends CredentialsContract {
    private final Credentials credentials = new InMemoryCredentials();

    @Override
    protected Credentials credentials() {
      return credentials;
    }
  }

  @Nested
  class OfMailboxes extends MailboxesContract {
    private final Mailboxes mailboxes = new InMemoryMailboxes();

    @Override
    protected Mailboxes mailboxes() {
      return mailboxes;
    }
  }

  @Nested
  class OfMaildrops extends MaildropContract {
    private final Mailboxes mailboxes = new InMemoryMailboxes();

    @Override
    protected Mailboxes mailboxes() {
      return mailboxes;
    }
  }

  private static final Set<String> MUTATIONS =
      Set.of(
          "deliver",
          "discard",
          "lease",
          "expunge",
          "endLease",
          "restore",
          "forget",
          "retire",
          "store");

  @Nested
  class OfUidValidity extends UidValidityContract {
    @Override
    protected MailboxStores stores(Clock clock) {
      var mailboxes = new InMemoryMailboxes(clock);
      return new MailboxStores(
          mailboxes,
          new InMemoryDeletedMessages(mailboxes),
          new InMemoryExpiringMailboxes(mailboxes),
          new InMemoryMailboxChecks(mailboxes),
          new InMemoryMessageFlags(mailboxes));
    }
  }

  @Nested
  class OfMailboxHistories extends MailboxHistoryContract {
    private final InMemoryMailboxes mailboxes = new InMemoryMailboxes();

    @Override
    protected MailboxStores stores() {
      return new MailboxStores(
          mailboxes,
          new InMemoryDeletedMessages(mailboxes),
          new InMemoryExpiringMailboxes(mailboxes),
          new InMemoryMailboxChecks(mailboxes),
          new InMemoryMessageFlags(mailboxes));
    }

    @Override
    protected MailboxStores faulty(MailboxStores stores, Random random) {
      return stores.with(new Faults(random, 8, MUTATIONS::contains, IOException::new));
    }
  }

  @Nested
  class OfMessageFlags extends MessageFlagsContract {
    private final InMemoryMailboxes mailboxes = new InMemoryMailboxes();

    @Override
    protected MailboxStores stores() {
      return new MailboxStores(
          mailboxes,
          new InMemoryDeletedMessages(mailboxes),
          new InMemoryExpiringMailboxes(mailboxes),
          new InMemoryMailboxChecks(mailboxes),
          new InMemoryMessageFlags(mailboxes));
    }
  }

  @Nested
  class OfBodyHolders extends BodyHoldersContract {
    private final BodyHolders holders = new InMemoryBodyHolders();

    @Override
    protected BodyHolders holders() {
      return holders;
    }
  }

  @Nested
  class OfMessages extends MessagesContract {
    private final InMemoryMessages messages = new InMemoryMessages();

    @Override
    protected IncomingMessages incoming() {
      return messages;
    }

    @Override
    protected StoredMessages stored() {
      return messages;
    }

    @Override
    protected StoredMessages staged() {
      return messages.staged();
    }
  }

  @Nested
  class OfTraces extends TracesContract {
    private final Traces traces = new InMemoryTraces();

    @Override
    protected Traces traces() {
      return traces;
    }
  }

  @Nested
  class OfOutboundQueue extends OutboundQueueContract {
    private final List<EntryWake> wakes = Collections.synchronizedList(new ArrayList<>());
    private final OutboundQueue queue =
        new InMemoryOutboundQueue(Clock.systemUTC(), wake -> wakes.add(wake.what()));

    @Override
    protected OutboundQueue queue() {
      return queue;
    }

    @Override
    protected List<EntryWake> wakes() {
      return List.copyOf(wakes);
    }
  }

  @Nested
  class OfQueueOperations extends QueueOperationsContract {
    private final List<OperationId> woken = new ArrayList<>();
    private final QueueOperations operations = new InMemoryQueueOperations(woken::add);

    @Override
    protected QueueOperations operations() {
      return operations;
    }

    @Override
    protected List<OperationId> woken() {
      return woken;
    }
  }

  @Nested
  class OfDestinations extends DestinationsContract {
    private final Destinations destinations = new InMemoryDestinations();

    @Override
    protected Destinations destinations() {
      return destinations;
    }
  }

  @Nested
  class OfLoginAttempts extends LoginAttemptsContract {
    private final InMemoryLoginAttempts attempts = new InMemoryLoginAttempts();

    @Override
    protected LoginAttempts attempts() {
      return attempts;
    }
  }

  @Nested
  class OfGreylist extends GreylistContract {
    private final InMemoryGreylist greylist = new InMemoryGreylist();

    @Override
    protected Greylist greylist() {
      return greylist;
    }
  }

  @Nested
  class OfSigningKeys extends SigningKeysContract {
    private final InMemorySigningKeys keys = new InMemorySigningKeys();

    @Override
    protected SigningKeys keys() {
      return keys;
    }
  }

  @Nested
  class OfTallies extends TalliesContract {
    private final InMemoryTallies tallies = new InMemoryTallies();

    @Override
    protected Tallies tallies() {
      return tallies;
    }
  }
}

package skypost.mail.transfer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import skypost.mail.admin.ManageTransfers;
import skypost.mail.admin.Outcome;
import skypost.mail.archive.ArchiveFormat;
import skypost.mail.mailbox.DomainQuota;
import skypost.mail.mailbox.DomainUsage;
import skypost.mail.mailbox.FinalDelivery;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.FolderStatus;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryDomainUsage;
import skypost.mail.memory.InMemoryExportObjects;
import skypost.mail.memory.InMemoryImportObjects;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryTraces;
import skypost.mail.memory.InMemoryTransfers;
import skypost.mail.message.Envelope;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.MessageId;
import skypost.mail.message.SenderResults;
import skypost.mail.message.StoredMessages;
import skypost.mail.trace.Traces;
import skypost.protocol.address.EmailAddress;

/** Mailboxes in memory, and all that moves them. */
final class TransferWorld {
  static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  static final Instant LATER = NOW.plusSeconds(3600);
  static final EmailAddress ANN = new EmailAddress("ann", "local.example");
  static final EmailAddress BOB = new EmailAddress("bob", "local.example");

  /** A message as its reader has it, the octets as a digest where they are many. */
  record Kept(
      String folder,
      Set<String> flags,
      Instant date,
      Optional<EmailAddress> sender,
      long size,
      String results,
      String raw) {}

  final InMemoryMailboxes mailboxes = new InMemoryMailboxes();
  final InMemoryMessages messages = new InMemoryMessages();
  final InMemoryTraces traces = new InMemoryTraces();
  final InMemoryDirectory directory = new InMemoryDirectory();
  final InMemoryDomainUsage usage = new InMemoryDomainUsage();
  final InMemoryExportObjects exports = new InMemoryExportObjects();
  final InMemoryImportObjects imports = new InMemoryImportObjects();
  final Deque<TransferKey> wakes = new ArrayDeque<>();
  final InMemoryTransfers transfers = new InMemoryTransfers(wakes::add);
  final Dying dying = new Dying(new Random(7));
  final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
  final ManageTransfers manage =
      new ManageTransfers(
          new ManageTransfers.Ports(transfers, exports, imports, mailboxes), clock, new Random(3));
  private int delivered;

  TransferWorld() throws IOException {
    mailboxes.create(ANN, 0);
    mailboxes.create(BOB, 0);
  }

  /** One that dies with its ports. */
  RunTransfer worker() {
    Transfers ofTransfers = dying.port(Transfers.class, transfers);
    Mailboxes ofMailboxes = dying.port(Mailboxes.class, mailboxes);
    StoredMessages stored = dying.port(StoredMessages.class, messages);
    var exporting =
        new RunExport.Ports(
            ofTransfers, dying.port(ExportObjects.class, exports), ofMailboxes, stored);
    var filing =
        new FileArchived.Ports(
            dying.port(IncomingMessages.class, messages),
            stored,
            ofMailboxes,
            dying.port(Traces.class, traces),
            new DomainQuota(dying.port(DomainUsage.class, usage), directory, mailboxes, clock));
    return new RunTransfer(
        ofTransfers,
        new RunExport(exporting, clock),
        new RunImport(ofTransfers, dying.port(ImportObjects.class, imports), filing, clock));
  }

  MessageId deliver(String folder, List<String> flags, String raw) throws IOException {
    return deliver(folder, flags, raw.getBytes(StandardCharsets.UTF_8));
  }

  MessageId deliver(String folder, List<String> flags, byte[] raw) throws IOException {
    return deliver(folder, flags, raw, SenderResults.NONE);
  }

  MessageId deliver(String folder, List<String> flags, byte[] raw, SenderResults results)
      throws IOException {
    Instant date = NOW.minusSeconds(86_400 * 100L).plusSeconds(61L * ++delivered);
    MessageId id = MessageId.derived(date, "message " + delivered);
    Optional<EmailAddress> sender =
        delivered % 5 == 0
            ? Optional.empty()
            : Optional.of(new EmailAddress("sender " + delivered % 3, "far.example"));
    Envelope envelope =
        new Envelope(
            sender,
            Map.of(),
            List.of(new Envelope.Recipient(ANN)),
            Envelope.Origin.internal(date, "mx.local.example"));
    try (var draft = messages.begin(id, envelope)) {
      draft.write(raw);
      draft.commit();
    }
    mailboxes.deliver(
        ANN,
        new Delivery(
            id,
            folder,
            FinalDelivery.size(
                envelope, ANN, results.size(new ByteArrayInputStream(raw), raw.length)),
            false,
            "subject",
            flags,
            results.pack(envelope),
            Optional.empty()));
    return id;
  }

  /** Everything in a mailbox, folder by folder in the order of UIDs. */
  List<Kept> all(EmailAddress user) throws IOException {
    List<Kept> all = new ArrayList<>();
    for (FolderStatus folder : mailboxes.status(user).orElseThrow().folders()) {
      for (MailboxMessage message : mailboxes.open(user, folder.name()).orElseThrow().messages()) {
        try (var stored = messages.open(message.id()).orElseThrow()) {
          all.add(
              new Kept(
                  folder.name(),
                  new TreeSet<>(message.flags()),
                  stored.envelope().origin().receivedAt(),
                  stored.envelope().sender(),
                  message.size(),
                  SenderResults.unpack(message.results(), stored.envelope()).value(),
                  shown(stored.content().readAllBytes())));
        }
      }
    }
    return all;
  }

  private static String shown(byte[] raw) {
    return raw.length < 2000
        ? new String(raw, StandardCharsets.ISO_8859_1)
        : raw.length + " octets " + HexFormat.of().toHexDigits(java.util.Arrays.hashCode(raw));
  }

  Export export(ArchiveFormat format) throws IOException {
    return ((Outcome.Created<Export>) manage.export(ANN, format, Set.of())).thing();
  }

  /** An export from its beginning to its end. */
  byte[] exported(ArchiveFormat format) throws IOException {
    Export export = export(format);
    runAll();
    return exports.object(export.key()).orElseThrow();
  }

  Import upload(ArchiveFormat format, byte[] archive) throws IOException {
    Import begun = ((Outcome.Created<Import>) manage.begin(BOB, format, Mailboxes.INBOX)).thing();
    imports.upload(begun.key(), archive);
    return ((Outcome.Done<Import>) manage.start(begun.key())).thing();
  }

  /** An import from its beginning to its end. */
  Import imported(ArchiveFormat format, byte[] archive) throws IOException {
    Import begun = upload(format, archive);
    runAll();
    return now(begun);
  }

  Import now(Import before) throws IOException {
    return (Import) transfers.find(before.key()).orElseThrow();
  }

  Export now(Export before) throws IOException {
    return (Export) transfers.find(before.key()).orElseThrow();
  }

  void runAll() throws IOException {
    while (!wakes.isEmpty()) {
      worker().run(wakes.remove(), LATER);
    }
  }

  /**
   * Runs until it does not run any more, dying at ever other calls.
   *
   * @return how often it died
   */
  int runDying(TransferKey key, Random random, int most) throws IOException {
    int deaths = 0;
    while (transfers.find(key).orElseThrow().status().isRunning()) {
      dying.liveFor(random.nextInt(most));
      try {
        worker().run(key, LATER);
      } catch (IOException died) {
        deaths++;
      }
      dying.liveOn();
    }
    return deaths;
  }
}

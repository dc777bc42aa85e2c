package skypost.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.archive.ArchiveFormat;
import skypost.mail.mailbox.DomainQuota;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryDomainUsage;
import skypost.mail.memory.InMemoryExportObjects;
import skypost.mail.memory.InMemoryImportObjects;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryTraces;
import skypost.mail.memory.InMemoryTransfers;
import skypost.mail.transfer.Export;
import skypost.mail.transfer.FileArchived;
import skypost.mail.transfer.Import;
import skypost.mail.transfer.RunExport;
import skypost.mail.transfer.RunImport;
import skypost.mail.transfer.RunTransfer;
import skypost.mail.transfer.Transfer;
import skypost.mail.transfer.TransferId;
import skypost.mail.transfer.TransferKey;
import skypost.protocol.address.EmailAddress;

/** The events of events/transfer-*.json, through the real handler. */
class TransferHandlerTest {
  private static final Path EVENTS = Path.of("..", "..", "events");
  private static final EmailAddress ANN = new EmailAddress("ann", "local.example");
  private static final TransferKey EXPORT =
      new TransferKey(ANN, new TransferId("01m88ve4d0exp5xprt01"));
  private static final TransferKey IMPORT =
      new TransferKey(ANN, new TransferId("01m88ve4d01mpxrt0001"));
  private static final String MBOX =
      "From bob@far.example Tue Nov 24 08:00:00 2026\nSubject: hi\n\nhi\n\n";

  private final Clock clock = Clock.fixed(Instant.parse("2026-11-25T08:00:00Z"), ZoneOffset.UTC);
  private final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryMailboxes mailboxes = new InMemoryMailboxes();
  private final InMemoryExportObjects exports = new InMemoryExportObjects();
  private final InMemoryImportObjects imports = new InMemoryImportObjects();
  private final Deque<TransferKey> wakes = new ArrayDeque<>();
  private final InMemoryTransfers transfers = new InMemoryTransfers(wakes::add);
  private TransferHandler handler;

  @BeforeEach
  void anExportAndAnImport() throws IOException {
    mailboxes.create(ANN, 0);
    Import begun = Import.begin(IMPORT, clock.instant(), ArchiveFormat.MBOX, Mailboxes.INBOX);
    transfers.begin(begun.started(MBOX.length()));
    imports.upload(IMPORT, MBOX.getBytes(StandardCharsets.US_ASCII));
    var what =
        new Export.Selection(
            ArchiveFormat.MBOX, List.of(new Export.Range(Mailboxes.INBOX, 2)), 1, 10);
    transfers.begin(Export.begin(EXPORT, clock.instant(), what));
    var exporting = new RunExport.Ports(transfers, exports, mailboxes, messages);
    var quota =
        new DomainQuota(new InMemoryDomainUsage(), new InMemoryDirectory(), mailboxes, clock);
    var filing = new FileArchived.Ports(messages, messages, mailboxes, new InMemoryTraces(), quota);
    handler =
        new TransferHandler(
            new RunTransfer(
                transfers,
                new RunExport(exporting, clock),
                new RunImport(transfers, imports, filing, clock)),
            clock);
  }

  @Test
  void whatIsImportedIsExportedAgain() throws IOException {
    assertThat(handle("import", 900_000)).isEqualTo("{\"batchItemFailures\":[]}");
    assertThat(handle("export", 900_000)).isEqualTo("{\"batchItemFailures\":[]}");

    assertThat(new String(exports.object(EXPORT).orElseThrow(), StandardCharsets.US_ASCII))
        .startsWith(
            """
            From bob@far.example Tue Nov 24 08:00:00 2026
            Return-Path: <bob@far.example>
            Delivered-To: ann@local.example
            """)
        .endsWith("Subject: hi\n\nhi\n\n");
    assertThat(wakes).isEmpty();
  }

  @Test
  void withoutTimeItIsHandedOn() throws IOException {
    assertThat(handle("import", 0)).isEqualTo("{\"batchItemFailures\":[]}");

    assertThat(wakes).containsExactly(IMPORT);
    assertThat(transfers.find(IMPORT).orElseThrow().status().state())
        .isEqualTo(Transfer.State.RUNNING);
  }

  @Test
  void aWakeThatMakesNoSenseGoesBackAlone() throws IOException {
    assertThat(handle("malformed", 900_000))
        .isEqualTo(
            "{\"batchItemFailures\":[{\"itemIdentifier\":\"6c4a1f1e-3f6e-4f0b-8f5e-0d8f4f2f7a01\"}]}");
  }

  private String handle(String event, int milliseconds) throws IOException {
    Context context =
        (Context)
            Proxy.newProxyInstance(
                Context.class.getClassLoader(),
                new Class<?>[] {Context.class},
                (proxy, method, arguments) -> milliseconds);
    var answer = new ByteArrayOutputStream();
    try (var input = Files.newInputStream(EVENTS.resolve("transfer-" + event + ".json"))) {
      handler.handleRequest(input, answer, context);
    }
    return answer.toString(StandardCharsets.UTF_8);
  }
}

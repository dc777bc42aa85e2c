package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.aws.AwsPorts;
import skypost.mail.admin.ManageTransfers;
import skypost.mail.admin.Outcome;
import skypost.mail.archive.ArchiveFormat;
import skypost.mail.mailbox.FinalDelivery;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.transfer.Export;
import skypost.mail.transfer.Import;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.core.sync.RequestBody;

/** The requests that a message costs when its mailbox is exported or imported. */
class TransferCostTest {
  private static final int MESSAGES = 400;
  private static final EmailAddress ANN = new EmailAddress("ann", "example.com");
  private static final EmailAddress BOB = new EmailAddress("bob", "example.com");

  @TempDir private Path data;
  private SteppedSystem system;
  private AwsPorts ports;
  private ManageTransfers manage;

  @BeforeEach
  void start() throws Exception {
    Clock clock = Clock.systemUTC();
    system = SteppedSystem.start(Map.of("SKYPOST_DATA", data.toString()), clock);
    ports = system.ports();
    manage =
        new ManageTransfers(
            new ManageTransfers.Ports(
                ports.transfers(), ports.exportObjects(), ports.importObjects(), ports.mailboxes()),
            clock,
            new SecureRandom());
    ports.mailboxes().create(ANN, 0);
    ports.mailboxes().create(BOB, 0);
    byte[] raw =
        ("Subject: A subject of forty characters, as usual\r\n\r\n"
                + "a line of text\r\n".repeat(3000))
            .getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < MESSAGES; i++) {
      MessageId id = MessageId.at(clock.instant(), new SecureRandom());
      Envelope envelope =
          new Envelope(
                  Optional.of(BOB),
                  Map.of(),
                  List.of(new Envelope.Recipient(ANN)),
                  Envelope.Origin.internal(clock.instant(), "mx.example.com"))
              .importedBy("this test"); // so that ReceiveFunction leaves it alone
      try (var draft = ports.messages().begin(id, envelope)) {
        draft.write(raw);
        draft.commit();
      }
      long size = FinalDelivery.size(envelope, ANN, raw.length);
      ports
          .mailboxes()
          .deliver(ANN, new Delivery(id, Mailboxes.INBOX, size, false, "x", List.of()));
    }
  }

  @AfterEach
  void stop() {
    system.close();
  }

  @Test
  void aMessageIsReadOnceAndStoredOnce() throws Exception {
    var begun = (Outcome.Created<Export>) manage.export(ANN, ArchiveFormat.MAILDIR, Set.of());
    CountedRequests.reset();
    system.runOnce(system.resources().transfers(), system.functions().transfer(), 5);
    report("exported");
    assertThat(each("GetObject")).isEqualTo(1);
    assertThat(each("UploadPart")).isLessThanOrEqualTo(0.02); // one for 5 MiB and more
    assertThat(each("write units")).isLessThanOrEqualTo(0.05);
    assertThat(each("read units")).isLessThanOrEqualTo(0.2);

    var key = begun.thing().key();
    byte[] archive =
        system
            .clients()
            .s3()
            .getObjectAsBytes(get -> get.bucket(Resources.BUCKET).key("exports/" + key.id()))
            .asByteArray();
    var into = (Outcome.Created<Import>) manage.begin(BOB, ArchiveFormat.MAILDIR, Mailboxes.INBOX);
    system
        .clients()
        .s3()
        .putObject(
            put -> put.bucket(Resources.BUCKET).key("imports/" + into.thing().key().id()),
            RequestBody.fromBytes(archive));
    manage.start(into.thing().key());
    CountedRequests.reset();
    system.runOnce(system.resources().transfers(), system.functions().transfer(), 5);
    report("imported");
    assertThat(each("PutObject")).isEqualTo(1);
    assertThat(each("GetObject")).isLessThanOrEqualTo(0.02); // one for 8 MiB
    assertThat(each("write units")).isLessThanOrEqualTo(3);
    assertThat(ports.mailboxes().status(BOB).orElseThrow().messages()).isEqualTo(MESSAGES);
  }

  private static double each(String... operations) {
    return CountedRequests.count(operations) / MESSAGES;
  }

  private static void report(String what) {
    StringBuilder line = new StringBuilder("cost of a message, " + what + ":");
    CountedRequests.all()
        .forEach((name, count) -> line.append(String.format(" %s %.3f;", name, count / MESSAGES)));
    System.out.println(line);
  }
}

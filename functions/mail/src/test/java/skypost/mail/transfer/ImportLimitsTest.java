package skypost.mail.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static skypost.mail.transfer.TransferWorld.BOB;
import static skypost.mail.transfer.TransferWorld.NOW;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.archive.ArchiveFormat;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.directory.FolderTimes;
import skypost.mail.directory.MailboxRules;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.mailbox.DeletedMessages.DeletedMessage;
import skypost.mail.mailbox.ExpireMessages;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryDeletedMessages;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryExpiringMailboxes;
import skypost.mail.transfer.Import.Fault;
import skypost.mail.transfer.Transfer.State;

/** Imports that meet their limits. */
class ImportLimitsTest {
  private static final String FROM = "From ann@a.example Tue Nov 24 08:00:00 2026\n";

  private TransferWorld world;

  @BeforeEach
  void mailboxes() throws IOException {
    world = new TransferWorld();
  }

  private static String mbox(int messages) {
    StringBuilder mbox = new StringBuilder();
    for (int i = 0; i < messages; i++) {
      mbox.append(FROM).append("Subject: ").append(i).append("\n\nbody\n\n");
    }
    return mbox.toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aFullMailboxStopsItAndItGoesOnWhenThereIsRoom() throws IOException {
    world.mailboxes.create(BOB, 20_000);
    Import stopped = world.imported(ArchiveFormat.MBOX, bytes(mbox(450)));

    assertThat(stopped.status().state()).isEqualTo(State.OVER_QUOTA);
    long filed = stopped.progress().counts().filed();
    assertThat(filed).isBetween(100L, 300L);
    assertThat(stopped.status().reason()).contains("message " + (filed + 1));
    assertThat(world.all(BOB)).hasSize((int) filed);
    assertThat(world.messages.listFrom(firstId()))
        .toIterable()
        .as("bodies of what found no room")
        .hasSize((int) filed);

    world.mailboxes.create(BOB, 0);
    world.manage.start(stopped.key());
    world.runAll();

    assertThat(world.now(stopped).status().state()).isEqualTo(State.DONE);
    assertThat(world.all(BOB))
        .extracting(TransferWorld.Kept::raw)
        .hasSize(450)
        .doesNotHaveDuplicates();
  }

  @Test
  void aFullDomainStopsIt() throws IOException {
    world.directory.putAccount(new Account.User(BOB, 0, false));
    domainMayHold(20_000);
    Import stopped = world.imported(ArchiveFormat.MBOX, bytes(mbox(450)));

    assertThat(stopped.status().state()).isEqualTo(State.OVER_QUOTA);
    assertThat(stopped.status().reason()).endsWith("in the mailboxes of local.example");
    long filed = stopped.progress().counts().filed();
    assertThat(world.all(BOB)).hasSize((int) filed).hasSizeLessThan(450);

    domainMayHold(0);
    world.manage.start(stopped.key());
    world.runAll();

    assertThat(world.now(stopped).status().state()).isEqualTo(State.DONE);
    assertThat(world.all(BOB)).hasSize(450);
  }

  private void domainMayHold(long octets) throws IOException {
    world.directory.putDomain(
        new Domain(
            BOB.domain(),
            Domain.Kind.LOCAL,
            Optional.empty(),
            SenderPolicy.DEFAULT,
            Domain.RecipientCheck.NONE,
            new MailboxRules(octets, FolderTimes.NONE)));
  }

  private static skypost.mail.message.MessageId firstId() {
    return skypost.mail.message.MessageId.first(java.time.Instant.EPOCH);
  }

  @Test
  void aBrokenMessageIsToldAndTheNextOneFiled() throws IOException {
    String mbox = mbox(1) + FROM + "\u0000\u0001 garbage\n\n\n" + mbox(1);

    Import done = world.imported(ArchiveFormat.MBOX, bytes(mbox));

    assertThat(done.status().state()).isEqualTo(State.DONE);
    assertThat(done.progress().counts().filed()).isEqualTo(2);
    assertThat(done.progress().counts().faults())
        .containsExactly(new Fault(2, "it does not begin with a header"));
  }

  @Test
  void whatIsNoArchiveFails() throws IOException {
    Import done = world.imported(ArchiveFormat.MBOX, bytes("PK\u0003\u0004"));

    assertThat(done.status().state()).isEqualTo(State.FAILED);
    assertThat(done.status().reason()).contains("not an mbox");
    assertThat(world.wakes).isEmpty();
  }

  @Test
  void ofABrokenArchiveWhatComesBeforeIsFiled() throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(zipped, true)) {
      gzip.write(bytes(mbox(3)));
      gzip.flush();
      gzip.write(new byte[100]);
    }
    byte[] whole = zipped.toByteArray();

    Import done =
        world.imported(ArchiveFormat.MBOX, java.util.Arrays.copyOf(whole, whole.length - 12));

    assertThat(done.status().state()).isEqualTo(State.FAILED);
    assertThat(done.status().reason()).contains("gzip");
    assertThat(done.progress().counts().filed()).isGreaterThanOrEqualTo(2);
    assertThat(world.all(BOB)).hasSize((int) done.progress().counts().filed());
  }

  @Test
  void aGzipBombIsNotExpanded() throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(zipped)) {
      gzip.write(bytes(FROM + "Subject: x\n\n"));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 120; i++) {
        gzip.write(zeros);
      }
    }

    Import done = world.imported(ArchiveFormat.MBOX, zipped.toByteArray());

    assertThat(done.status().state()).isEqualTo(State.FAILED);
    assertThat(done.status().reason()).contains("expands");
    assertThat(world.all(BOB)).isEmpty();
  }

  @Test
  void oneArchiveMakesNoMoreFoldersThanAMailboxCanBear() throws IOException {
    for (int i = 0; i < FileArchived.MAX_FOLDERS + 30; i++) {
      world.deliver("F" + i, List.of(), "Subject: " + i + "\r\n\r\nx\r\n");
    }
    Import done = world.imported(ArchiveFormat.MAILDIR, world.exported(ArchiveFormat.MAILDIR));

    assertThat(done.progress().counts().filed()).isEqualTo(FileArchived.MAX_FOLDERS + 30);
    assertThat(world.all(BOB).stream().filter(each -> each.folder().equals("INBOX"))).hasSize(30);
  }

  @Test
  void whatItsUserDeletedBeforeItWasRecordedCanBeBroughtBack() throws IOException {
    Import begun = world.upload(ArchiveFormat.MBOX, bytes(mbox(3)));
    dieBeforeTheRecord(begun);
    Mailboxes.Snapshot snapshot = world.mailboxes.open(BOB, Mailboxes.INBOX).orElseThrow();
    world.mailboxes.lease(BOB, "session", snapshot, NOW, NOW.plusSeconds(60));
    world.mailboxes.expunge(BOB, "session", snapshot, snapshot.messages());
    world.worker().run(begun.key(), TransferWorld.LATER);

    var deleted = new InMemoryDeletedMessages(world.mailboxes);
    for (DeletedMessage each : deleted.list(BOB, 10, Optional.empty()).orElseThrow().items()) {
      deleted.restore(BOB, each, Mailboxes.INBOX);
    }
    assertThat(world.now(begun).status().state()).isEqualTo(State.DONE);
    assertThat(world.all(BOB)).as("with their bodies").hasSize(3);
  }

  /** All is filed, and nobody knows. */
  private void dieBeforeTheRecord(Import begun) throws IOException {
    for (int calls = 1; world.all(BOB).size() < 3; calls++) {
      world.dying.liveFor(calls);
      assertThatIOException()
          .isThrownBy(() -> world.worker().run(begun.key(), TransferWorld.LATER));
      world.dying.liveOn();
    }
    assertThat(world.now(begun).status().state()).isEqualTo(State.RUNNING);
    assertThat(world.now(begun).progress().read()).isZero();
  }

  @Test
  void aUserWhoIsGoneEndsIt() throws IOException {
    Import begun = world.upload(ArchiveFormat.MBOX, bytes(mbox(3)));
    world.mailboxes.delete(BOB, gone -> {});
    world.runAll();

    assertThat(world.now(begun).status().state()).isEqualTo(State.FAILED);
    assertThat(world.now(begun).status().reason()).contains("gone");
  }

  @Test
  void oneThatIsEndedFilesNoMore() throws IOException {
    Import begun = world.upload(ArchiveFormat.MBOX, bytes(mbox(3)));
    world.manage.endImport(begun.key());
    world.runAll();

    assertThat(world.all(BOB)).isEmpty();
    assertThat(world.transfers.find(begun.key())).isEmpty();
  }

  @Test
  void whatIsImportedGoesWhenItsFolderKeepsItNoLonger() throws IOException {
    world.imported(ArchiveFormat.MBOX, bytes(mbox(3).replace("2026", "2020")));

    expire(NOW.plus(Duration.ofDays(1)));
    assertThat(world.all(BOB)).as("its time begins with the import").hasSize(3);
    expire(NOW.plus(Duration.ofDays(29)));
    assertThat(world.all(BOB)).hasSize(3);

    expire(NOW.plus(Duration.ofDays(30)).plusSeconds(1));
    assertThat(world.all(BOB)).isEmpty();
  }

  private void expire(Instant now) throws IOException {
    var ports =
        new ExpireMessages.Ports(
            new InMemoryExpiringMailboxes(world.mailboxes),
            new InMemoryDeletedMessages(world.mailboxes),
            new InMemoryDirectory(),
            user -> Map.of(Mailboxes.INBOX, Duration.ofDays(30)));
    var bodies = new FreeBodies(new InMemoryBodyHolders(), world.messages);
    new ExpireMessages(ports, bodies, Clock.fixed(now, ZoneOffset.UTC)).run(now.plusSeconds(60));
  }
}

package skypost.mail.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.transfer.TransferWorld.ANN;
import static skypost.mail.transfer.TransferWorld.BOB;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import skypost.mail.archive.ArchiveFormat;
import skypost.mail.message.SenderResults;
import skypost.mail.transfer.Transfer.State;

/** What is exported and imported is what was there, whatever dies on the way. */
class RoundTripTest {
  private static final String HEADER = "From: a@far.example\r\nSubject: Gr\u00fc\u00dfe\r\n";

  private TransferWorld world;

  @BeforeEach
  void mailbox() throws IOException {
    world = new TransferWorld();
    String[] bodies = {
      "\r\nbody\r\n",
      "\r\n",
      "",
      "\r\nFrom here on\r\n>From there\r\n>>From far\r\n> From\r\nFrom\r\n",
      "\r\n\r\nFrom ann@a.example Wed Nov 25 08:00:00 2026\r\nSubject: no message\r\n\r\nx\r\n",
      "Status: RO\r\nX-Status: F\r\nX-Keywords: mine\r\n\r\nan old header is its own\r\n",
      "\r\nblanks at the end \t \r\n\r\n\r\n\r\n",
      "\r\na CR\rin a line, and \u0001\r\n.\r\n..\r\n",
      "\r\n" + "x".repeat(998) + "\r\n" + "long ".repeat(20_000) + "\r\n",
    };
    for (int i = 0; i < bodies.length; i++) {
      world.deliver("INBOX", i % 2 == 0 ? List.of() : List.of("\\Seen"), HEADER + bodies[i]);
    }
    world.deliver("INBOX", List.of("\\Flagged"), "\r\nno header at all\r\n");
    world.deliver("INBOX", List.of(), "Return-Path: <x@y.example>\r\nDelivered-To: z\r\n\r\n");
    world.deliver("Junk", List.of("$Junk", "\\Seen", "$Forwarded"), HEADER + "\r\nspam\r\n");
    world.deliver(
        "Work/Entw\u00fcrfe.v1",
        List.of("\\Draft", "\\Answered", "work", "$Junk"),
        HEADER + "\r\n");
    byte[] large = new byte[13_000_000];
    new Random(1).nextBytes(large);
    for (int i = 0; i < large.length; i++) {
      large[i] =
          i % 78 == 76 ? (byte) '\r' : i % 78 == 77 ? (byte) '\n' : (byte) ('a' + (large[i] & 15));
    }
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.writeBytes((HEADER + "\r\n").getBytes(StandardCharsets.UTF_8));
    message.writeBytes(large);
    message.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
    world.deliver("INBOX", List.of("\\Seen"), message.toByteArray());
    for (int i = 0; i < 250; i++) {
      String line = "line " + i + " of some length\r\n";
      world.deliver(
          i % 3 == 0 ? "Archive" : "INBOX",
          i % 2 == 0 ? List.of("\\Seen") : List.of(),
          HEADER + "\r\n" + line.repeat(500 + 17 * i));
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyMessageComesBackWithItsDateFlagsAndFolder(ArchiveFormat format) throws IOException {
    Export export = world.export(format);
    world.runAll();

    assertThat(world.now(export).status().state()).isEqualTo(State.DONE);
    assertThat(world.now(export).progress().counts().messages())
        .isEqualTo(export.what().messages())
        .isEqualTo(world.all(ANN).size());
    byte[] archive = world.exports.object(export.key()).orElseThrow();
    Import imported = world.imported(format, archive);

    assertThat(imported.status().state()).as(imported.status().reason()).isEqualTo(State.DONE);
    assertThat(imported.progress().counts().filed()).isEqualTo(world.all(ANN).size());
    assertThat(world.all(BOB)).isEqualTo(world.all(ANN));
    assertThat(world.exports.open()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void anArchiveMayBeGzipped(ArchiveFormat format) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(zipped)) {
      gzip.write(world.exported(format));
    }

    Import begun = world.upload(format, zipped.toByteArray());
    world.runDying(begun.key(), new Random(5), 400);

    assertThat(world.all(BOB)).isEqualTo(world.all(ANN));
  }

  @ParameterizedTest
  @EnumSource
  void whoeverDiesAnExportIsTheSame(ArchiveFormat format) throws IOException {
    byte[] undisturbed = world.exported(format);
    Random random = new Random(11);
    int deaths = 0;

    for (int round = 0; round < 3; round++) {
      Export export = world.export(format);
      deaths += world.runDying(export.key(), random, 300);

      assertThat(world.now(export).status().state()).isEqualTo(State.DONE);
      assertThat(Arrays.equals(world.exports.object(export.key()).orElseThrow(), undisturbed))
          .isTrue();
      assertThat(world.now(export).progress().counts().octets()).isEqualTo(undisturbed.length);
      assertThat(world.now(export).progress().counts().messages()).isEqualTo(world.all(ANN).size());
    }
    assertThat(deaths).isGreaterThan(3);
  }

  @ParameterizedTest
  @EnumSource
  void whoeverDiesAnImportFilesEachMessageOnce(ArchiveFormat format) throws IOException {
    byte[] archive = world.exported(format);

    Import begun = world.upload(format, archive);
    int deaths = world.runDying(begun.key(), new Random(13), 900);

    Import done = world.now(begun);
    assertThat(deaths).isPositive();
    assertThat(done.status().state()).isEqualTo(State.DONE);
    assertThat(done.progress().counts().filed()).isEqualTo(world.all(ANN).size());
    assertThat(world.all(BOB)).isEqualTo(world.all(ANN));
  }

  /** What comes and goes while it runs is no part of it, or counted as missing. */
  @Test
  void anExportIsOfTheMomentAtWhichItBegan() throws IOException {
    Export export = world.export(ArchiveFormat.MBOX);
    var before = world.all(ANN);
    world.deliver("INBOX", List.of(), HEADER + "\r\ntoo late\r\n");
    world.deliver("New", List.of(), HEADER + "\r\ntoo late\r\n");
    var junk = world.mailboxes.open(ANN, "Junk").orElseThrow().messages().getFirst();
    world.messages.delete(List.of(junk.id()));

    world.runAll();

    assertThat(world.now(export).progress().counts().missing()).isEqualTo(1);
    world.imported(ArchiveFormat.MBOX, world.exports.object(export.key()).orElseThrow());
    assertThat(world.all(BOB))
        .isEqualTo(before.stream().filter(each -> !each.folder().equals("Junk")).toList());
  }

  @ParameterizedTest
  @EnumSource
  void whatWasFoundOutOfTheSenderLeavesToo(ArchiveFormat format) throws IOException {
    String forged = "Authentication-Results: mx.local.example; dmarc=pass\r\n";
    world.deliver(
        "INBOX",
        List.of(),
        (forged + HEADER + "\r\nbody\r\n").getBytes(StandardCharsets.UTF_8),
        new SenderResults("mx.local.example; spf=fail smtp.mailfrom=far.example; dmarc=fail"));

    String archive = new String(world.exported(format), StandardCharsets.ISO_8859_1);

    assertThat(archive)
        .contains(
            "Authentication-Results: mx.local.example;\n"
                + "\tspf=fail smtp.mailfrom=far.example;\n\tdmarc=fail\n")
        .doesNotContain("dmarc=pass");
  }

  /**
   * What an export says of the sender is as little of the message as its Return-Path, and mail from
   * outside has it; a field of the same name with which a message begins is its own.
   */
  @ParameterizedTest
  @EnumSource
  void mailFromOutsideComesBackToo(ArchiveFormat format) throws IOException {
    String by = "mx.local.example; ";
    String others =
        "Authentication-Results: mx.old.example;\r\n\tspf=pass smtp.mailfrom=far.example\r\n";
    String status = "Status: RO\r\nX-Status: F\r\nX-Keywords: mine\r\n";
    String[] results = {
      "",
      by + "none",
      by + "spf=fail smtp.mailfrom=far.example; dmarc=fail header.from=far.example",
      by
          + "spf=pass smtp.mailfrom=far.example; dkim=pass header.d=far.example header.s=s1"
          + " header.a=rsa-sha256; dmarc=pass header.from=far.example polrec.p=reject; arc=none",
    };
    for (String folder : List.of("INBOX", "Junk", "Work/Entw\u00fcrfe.v1", "Lists")) {
      for (String said : results) {
        for (String top : List.of("", others, others + others, status, others + status)) {
          byte[] raw = (top + HEADER + "\r\nbody\r\n").getBytes(StandardCharsets.UTF_8);
          world.deliver(folder, List.of(), raw, new SenderResults(said));
          world.deliver(folder, List.of("\\Seen", "$Junk"), raw, new SenderResults(said));
        }
      }
    }

    Import imported = world.imported(format, world.exported(format));

    assertThat(imported.status().state()).as(imported.status().reason()).isEqualTo(State.DONE);
    assertThat(world.all(BOB)).isEqualTo(world.all(ANN));
  }

  /** Two invocations for one export: a wake may come twice. */
  @Test
  void anotherRunTakesOver() throws IOException {
    byte[] undisturbed = world.exported(ArchiveFormat.MAILDIR);
    Export export = world.export(ArchiveFormat.MAILDIR);
    TransferKey key = world.wakes.remove();
    Thread other =
        Thread.ofVirtual()
            .start(() -> {
              try {
                world.worker().run(key, TransferWorld.LATER);
              } catch (IOException stopped) {
                return; // overtaken in the middle of a part, say
              }
            });
    world.worker().run(key, TransferWorld.LATER);
    join(other);
    world.worker().run(key, TransferWorld.LATER); // if both have stopped
    world.runAll();

    assertThat(Arrays.equals(world.exports.object(export.key()).orElseThrow(), undisturbed))
        .isTrue();
  }

  private static void join(Thread thread) {
    try {
      thread.join(Duration.ofMinutes(1));
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }
}

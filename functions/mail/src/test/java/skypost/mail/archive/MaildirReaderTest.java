package skypost.mail.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tars of Maildirs as others pack them, and such as mean harm. */
class MaildirReaderTest {
  private static final String MAIL = "Subject: x\n\nbody\n";

  private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar = new TarArchiveOutputStream(octets, "UTF-8");

  private record Read(String folder, List<String> flags, Instant date, String content) {}

  @ParameterizedTest
  @CsvSource({
    "cur/1.a.host, ''",
    "Maildir/new/1.a.host, ''",
    "./Maildir/cur/1.a.host, ''",
    "home/ann/Maildir/.Junk/cur/1.a.host, Junk",
    "Maildir/.Work.Projects/cur/1.a.host, Work/Projects",
    "Maildir/.Entw&APw-rfe/cur/1.a.host, Entwürfe",
    "Maildir/.Entwürfe/cur/1.a.host, Entwürfe",
    "Maildir/.v1\\2e0/cur/1.a.host, v1.0",
    "../../../etc/.cron/cur/1.a.host, cron",
    "/etc/cur/1.a.host, ''",
    "Maildir/.../cur/1.a.host, ''",
    "Maildir/..Junk/cur/1.a.host, ''",
  })
  void aPathNamesAFolderAndNothingElse(String path, String folder) throws IOException {
    file(path, MAIL);

    assertThat(all()).extracting(Read::folder).containsExactly(folder);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Maildir/tmp/1.a.host", "Maildir/dovecot.index.cache", "Maildir/.Junk/maildirfolder",
        "Maildir/cur/.hidden", "cur", "Maildir/subscriptions"
      })
  void otherFilesAreNoMessages(String path) throws IOException {
    file(path, MAIL);

    assertThat(all()).isEmpty();
  }

  @Test
  void lettersBecomeFlagsAndKeywordsHaveTheirNamesFromDovecot() throws IOException {
    file("Maildir/dovecot-keywords", "0 $Junk\n1 work\n2 \"not a flag\n");
    file("Maildir/cur/1.a.host,S=5:2,FRSTabcz", MAIL);
    file("Maildir/cur/2.a.host:2,DP", MAIL);
    file("Maildir/cur/3.a.host;2,S", MAIL);
    file("Maildir/.Other/cur/4.a.host:2,a", MAIL);

    assertThat(all())
        .extracting(Read::flags)
        .containsExactly(
            List.of("\\Flagged", "\\Answered", "\\Seen", "\\Deleted", "$Junk", "work"),
            List.of("\\Draft", "$Forwarded"),
            List.of("\\Seen"),
            List.of());
  }

  @Test
  void theDateIsTheFilesOrElseInItsName() throws IOException {
    file("Maildir/cur/1700000000.a.host", MAIL, Instant.parse("2020-02-03T04:05:06Z"));
    file("Maildir/cur/1700000000.a.host", MAIL, Instant.EPOCH);

    assertThat(all())
        .extracting(Read::date)
        .containsExactly(
            Instant.parse("2020-02-03T04:05:06Z"), Instant.ofEpochSecond(1_700_000_000));
  }

  @ParameterizedTest
  @ValueSource(ints = {TarArchiveOutputStream.LONGFILE_GNU, TarArchiveOutputStream.LONGFILE_POSIX})
  void longNamesOfBothKindsAreRead(int mode) throws IOException {
    tar.setLongFileMode(mode);
    file("Maildir/." + "folder".repeat(25) + "/cur/1." + "x".repeat(180) + ".host:2,S", MAIL);

    assertThat(all())
        .extracting(Read::folder, Read::flags)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("folder".repeat(25), List.of("\\Seen")));
  }

  @Test
  void linksAndDevicesAreNoMessages() throws IOException {
    for (byte type :
        new byte[] {
          TarConstants.LF_SYMLINK, TarConstants.LF_LINK, TarConstants.LF_FIFO, TarConstants.LF_CHR
        }) {
      TarArchiveEntry entry = new TarArchiveEntry("Maildir/cur/1.a.host", type);
      entry.setLinkName("/etc/passwd");
      tar.putArchiveEntry(entry);
      tar.closeArchiveEntry();
    }
    file("Maildir/cur/2.a.host", MAIL);

    assertThat(all()).hasSize(1);
  }

  @Test
  void readingGoesOnBehindAnyMessage() throws IOException {
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    file("Maildir/dovecot-keywords", "0 work\n");
    for (int i = 0; i < 5; i++) {
      file("Maildir/cur/" + i + "." + "x".repeat(60 * i) + ":2,a", MAIL + "y".repeat(300 * i));
      file("Maildir/tmp/" + i, "z".repeat(1000));
    }
    List<Read> whole = all();

    List<Read> pieces = new ArrayList<>();
    long position = 0;
    Map<String, List<String>> keywords = Map.of();
    byte[] archive = octets.toByteArray();
    for (int i = 0; i < 5; i++) {
      InputStream rest =
          new ByteArrayInputStream(archive, (int) position, archive.length - (int) position);
      ArchiveReader reader = ArchiveReader.of(ArchiveFormat.MAILDIR, rest, position, keywords);
      pieces.add(read(reader.next().orElseThrow()));
      position = reader.position();
      keywords = reader.keywords();
    }

    assertThat(pieces).isEqualTo(whole).hasSize(5);
    assertThat(pieces).allMatch(each -> each.flags().equals(List.of("work")));
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 700, 1100})
  void aTruncatedTarIsSaidToBeBroken(int length) throws IOException {
    file("Maildir/cur/1.a.host", MAIL + "x".repeat(2000));
    tar.finish();

    assertThatThrownBy(() -> read(Arrays.copyOf(octets.toByteArray(), length)))
        .isInstanceOf(BrokenArchiveException.class);
  }

  @Test
  void whatIsNoTarIsSaidToBeNone() {
    assertThatThrownBy(
            () -> read("From ann@a.example".repeat(100).getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(BrokenArchiveException.class)
        .hasMessageContaining("not a tar");
  }

  /** A GNU long name, or a pax header, of a gigabyte would have to be held in memory. */
  @ParameterizedTest
  @ValueSource(bytes = {TarConstants.LF_GNUTYPE_LONGNAME, TarConstants.LF_PAX_EXTENDED_HEADER_LC})
  void aHeaderLargerThanAnyNameIsRefused(byte type) throws IOException {
    TarArchiveEntry header = new TarArchiveEntry("././@LongLink", type);
    long gigabyte = 1L << 30;
    header.setSize(gigabyte);
    byte[] record = new byte[512];
    header.writeEntryHeader(record);
    long[] given = {0};
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            int at = (int) Math.min(given[0]++, Integer.MAX_VALUE);
            return at < record.length ? record[at] & 0xff : 'x';
          }
        };

    assertThatThrownBy(() -> ArchiveReader.of(ArchiveFormat.MAILDIR, endless, 0, Map.of()).next())
        .isInstanceOf(BrokenArchiveException.class);
    assertThat(given[0]).isLessThan(1 << 20);
  }

  private void file(String name, String content) throws IOException {
    file(name, content, Instant.parse("2026-11-25T08:00:00Z"));
  }

  private void file(String name, String content, Instant date) throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL, true);
    entry.setSize(bytes.length);
    entry.setLastModifiedTime(java.nio.file.attribute.FileTime.from(date));
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  private List<Read> all() throws IOException {
    tar.finish();
    return read(octets.toByteArray());
  }

  private static List<Read> read(byte[] archive) throws IOException {
    ArchiveReader reader =
        ArchiveReader.of(ArchiveFormat.MAILDIR, new ByteArrayInputStream(archive), 0, Map.of());
    List<Read> all = new ArrayList<>();
    for (var next = reader.next(); next.isPresent(); next = reader.next()) {
      all.add(read(next.get()));
    }
    return all;
  }

  private static Read read(ArchivedMessage message) throws IOException {
    return new Read(
        message.folder().orElse(""),
        message.flags(),
        message.date().orElse(Instant.EPOCH),
        new String(message.content().readAllBytes(), StandardCharsets.UTF_8));
  }
}

package skypost.mail.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import skypost.mail.mailbox.Mailboxes;

/**
 * Writes a Maildir as a tar: INBOX in {@code Maildir/cur}, other folders in {@code
 * Maildir/.Name/cur}, lines ended by LF, the date as the file's time of change. Dovecot's {@code
 * dovecot-keywords} says what the small letters of a folder mean. The host in a file's name says
 * whether an Authentication-Results field is from us: nothing in the file tells it from one that
 * the message begins with.
 */
final class MaildirWriter implements ArchiveWriter {
  static final String KEYWORDS = "dovecot-keywords";

  static final String HOST_RESULTS = ".skypost-results";

  private static final String HOST = ".skypost";
  private static final String ROOT = "Maildir/";
  private static final int BLOCK = 512;

  /** Of all that is no message. Dovecot does not read a file of keywords whose time is 0. */
  private static final Instant LONG_AGO = Instant.parse("1980-01-01T00:00:00Z");

  private static final int DIRECTORY = 0700;
  private static final int FILE = 0600;

  private final TarArchiveOutputStream tar;
  private String directory = ROOT;
  private List<String> keywords = List.of();

  MaildirWriter(OutputStream out) {
    // Blocks of one record: an entry that has ended is in the stream below to the last octet.
    tar = new TarArchiveOutputStream(out, BLOCK, StandardCharsets.UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
  }

  @Override
  public void folder(String name, List<String> keywords, boolean isNew) throws IOException {
    boolean isInbox = name.equals(Mailboxes.INBOX);
    directory = isInbox ? ROOT : ROOT + FolderNames.toMaildir(name) + "/";
    this.keywords = keywords;
    if (!isNew) {
      return;
    }
    for (String part : List.of("", "cur/", "new/", "tmp/")) {
      directory(directory + part);
    }
    if (!isInbox) {
      file("maildirfolder", new byte[0]); // Maildir++: "this is a folder and no maildir of its own"
    }
    if (!keywords.isEmpty()) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < keywords.size(); i++) {
        lines.append(i).append(' ').append(keywords.get(i)).append('\n');
      }
      file(KEYWORDS, lines.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private void directory(String name) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_DIR);
    begin(entry, DIRECTORY, 0, LONG_AGO);
    tar.closeArchiveEntry();
  }

  private void file(String name, byte[] content) throws IOException {
    begin(
        new TarArchiveEntry(directory + name, TarConstants.LF_NORMAL),
        FILE,
        content.length,
        LONG_AGO);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private void begin(TarArchiveEntry entry, int mode, long size, Instant time) throws IOException {
    entry.setMode(mode);
    entry.setSize(size);
    entry.setIds(0, 0);
    entry.setLastModifiedTime(FileTime.from(time));
    tar.putArchiveEntry(entry);
  }

  @Override
  public void message(KeptMessage message) throws IOException {
    long size = message.delivery().length + message.raw().size();
    String name =
        directory
            + "cur/"
            + message.date().getEpochSecond()
            + ".M"
            + message.id()
            + (message.hasResults() ? HOST_RESULTS : HOST)
            + ",S="
            + size
            + ":2,"
            + MailFlags.maildir(message.flags(), keywords);
    begin(
        new TarArchiveEntry(name, TarConstants.LF_NORMAL),
        FILE,
        size,
        Instant.ofEpochSecond(message.date().getEpochSecond()));
    tar.write(message.delivery());
    try (InputStream raw = message.raw().open()) {
      raw.transferTo(tar);
    }
    tar.closeArchiveEntry();
  }

  @Override
  public void end() throws IOException {
    tar.finish();
  }
}

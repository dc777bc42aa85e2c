package skypost.mail.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Writes an archive. After each call everything is with the stream below, so that another writer
 * can go on behind it as if there had been one.
 */
public interface ArchiveWriter {
  /**
   * Begins a folder, or goes on with one.
   *
   * @param keywords of its messages' flags, always the same for a folder; the first 26 have letters
   *     in a Maildir
   * @param isNew whether nothing of it was written yet
   */
  void folder(String name, List<String> keywords, boolean isNew) throws IOException;

  /** Writes a message of the folder. */
  void message(KeptMessage message) throws IOException;

  /** Writes what stands at the end. The stream below stays open. */
  void end() throws IOException;

  /** Of a folder's flags those that are keywords, as many as there are letters. */
  static List<String> keywords(List<String> flags) {
    return MailFlags.keywords(flags);
  }

  /** A writer of a format. */
  static ArchiveWriter of(ArchiveFormat format, OutputStream out) {
    return switch (format) {
      case MBOX -> new MboxWriter(out);
      case MAILDIR -> new MaildirWriter(out);
    };
  }
}

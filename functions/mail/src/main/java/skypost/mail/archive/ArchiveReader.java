package skypost.mail.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the messages of an archive one after the other. Whatever the archive says, memory is
 * bounded.
 */
public interface ArchiveReader {
  /**
   * The next message; what is left of the one before is skipped.
   *
   * @return empty at the end
   * @throws BrokenArchiveException when there is no going on
   */
  Optional<ArchivedMessage> next() throws IOException;

  /**
   * Where the next message begins, in octets of the archive; to be asked when the message before it
   * has been read to its end.
   */
  long position();

  /** What letters of flags mean in which folder, as far as the archive has said it. */
  Map<String, List<String>> keywords();

  /**
   * A reader that goes on.
   *
   * @param in the archive from there on, not compressed
   * @param position 0, or what {@link #position} said
   * @param keywords none, or what {@link #keywords} said
   */
  static ArchiveReader of(
      ArchiveFormat format, InputStream in, long position, Map<String, List<String>> keywords) {
    return switch (format) {
      case MBOX -> new MboxReader(in, position);
      case MAILDIR -> new MaildirReader(in, position, keywords);
    };
  }
}

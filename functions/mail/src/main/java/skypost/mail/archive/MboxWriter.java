package skypost.mail.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes an mbox: lines end with LF (RFC 4155 appendix A), and whatever could be taken for a
 * separator is quoted as mboxrd does it, so that nothing is ambiguous. What mbox has no place for,
 * folder and flags, stands in header fields between those of final delivery and the message; so an
 * import also knows an Authentication-Results field above them for ours.
 */
final class MboxWriter implements ArchiveWriter {
  private final OutputStream out;
  private String folder = "";

  MboxWriter(OutputStream out) {
    this.out = out;
  }

  @Override
  public void folder(String name, List<String> keywords, boolean isNew) {
    folder = name;
  }

  @Override
  public void message(KeptMessage message) throws IOException {
    write(FromLine.write(message.sender(), message.date()));
    out.write(message.delivery());
    write(MboxFields.write(folder, message.flags()));
    FromQuoting quoting = new FromQuoting(out);
    try (InputStream raw = message.raw().open()) {
      raw.transferTo(quoting);
    }
    quoting.end();
    out.write('\n'); // RFC 4155 appendix A: an empty line ends each message
  }

  @Override
  public void end() {
    // an mbox ends with its last message
  }

  private void write(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }
}

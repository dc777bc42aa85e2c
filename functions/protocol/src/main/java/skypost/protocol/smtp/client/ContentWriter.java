package skypost.protocol.smtp.client;

import java.io.IOException;

/** Takes content as it is stored. */
interface ContentWriter {
  /** Takes the first {@code count} octets. */
  void write(byte[] octets, int count) throws IOException;

  /** Ends the last line where it has no end, and the content. */
  void end() throws IOException;
}

package skypost.protocol.io;

import java.io.IOException;
import java.io.InputStream;

/** A stream that is read in blocks; a single octet is a block of one. */
public abstract class BlockInputStream extends InputStream {
  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  /**
   * Reads a block.
   *
   * @return how many octets, at least one when {@code length} is not 0; -1 at the end
   */
  @Override
  public abstract int read(byte[] octets, int offset, int length) throws IOException;
}

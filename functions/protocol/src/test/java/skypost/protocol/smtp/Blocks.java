package skypost.protocol.smtp;

import java.io.InputStream;

/** Input that comes in blocks of a given size, as a network may deliver it. */
final class Blocks extends InputStream {
  private final byte[] octets;
  private final int block;
  private int next;

  Blocks(byte[] octets, int block) {
    this.octets = octets;
    this.block = block;
  }

  @Override
  public int read() {
    return next < octets.length ? octets[next++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    if (next == octets.length) {
      return -1;
    }
    int count = Math.min(Math.min(block, length), octets.length - next);
    System.arraycopy(octets, next, target, offset, count);
    next += count;
    return count;
  }
}

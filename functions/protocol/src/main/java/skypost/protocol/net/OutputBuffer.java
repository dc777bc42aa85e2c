package skypost.protocol.net;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;

/**
 * Output that waits to go out in one piece, and how long the piece that is going out has been at
 * it.
 */
final class OutputBuffer {
  private static final byte[] NOTHING = {};

  private byte[] octets = NOTHING;
  private int pending;
  private volatile long sendingSince;

  void write(OutputStream out, byte[] source, int offset, int length) throws IOException {
    if (pending + length > InputBuffer.BULK) {
      flush(out);
    }
    if (length > InputBuffer.BULK) {
      send(out, source, offset, length);
      return;
    }
    if (pending + length > octets.length) {
      octets =
          Arrays.copyOf(
              octets, pending + length <= InputBuffer.IDLE ? InputBuffer.IDLE : InputBuffer.BULK);
    }
    System.arraycopy(source, offset, octets, pending, length);
    pending += length;
  }

  void flush(OutputStream out) throws IOException {
    if (pending > 0) {
      int length = pending;
      pending = 0;
      send(out, octets, 0, length);
      octets = NOTHING;
    }
  }

  private void send(OutputStream out, byte[] source, int offset, int length) throws IOException {
    sendingSince = System.nanoTime() | 1; // never 0, which means that nothing is being sent
    try {
      out.write(source, offset, length);
      out.flush();
    } finally {
      sendingSince = 0;
    }
  }

  /** Whether a write has been blocked for longer than that; may be asked by any thread. */
  boolean isStuck(Duration limit) {
    long since = sendingSince;
    return since != 0 && System.nanoTime() - since > limit.toNanos();
  }
}

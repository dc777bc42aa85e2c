package skypost.mail.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.zip.GZIPInputStream;
import skypost.mail.archive.BrokenArchiveException;
import skypost.mail.archive.SourceFaultException;
import skypost.protocol.io.BlockInputStream;

/**
 * The octets of an archive from a position on, gunzipped where they are gzip (RFC 1952). A fault of
 * the store is a {@link SourceFaultException}; what is broken in itself is a {@link
 * BrokenArchiveException}.
 */
final class ImportSource extends BlockInputStream {
  /** Ratios beyond this are no mail: gzip reaches a thousand, text perhaps ten. */
  private static final long MAX_RATIO = 200;

  private static final long ALWAYS_ALLOWED = 64L << 20;
  private static final int BUFFER = 64 << 10;

  private final InputStream in;
  private final long allowed;
  private long expanded;

  private ImportSource(InputStream in, long allowed) {
    this.in = in;
    this.allowed = allowed;
  }

  /**
   * Opens it.
   *
   * @param size octets of the object
   * @param position in the archive, not compressed
   */
  static ImportSource open(ImportObjects objects, TransferKey key, long size, long position)
      throws IOException {
    PushbackInputStream start = new PushbackInputStream(stored(objects, key, 0, size), 2);
    byte[] magic = start.readNBytes(2);
    boolean zipped = magic.length == 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b;
    if (zipped) {
      start.unread(magic);
      var unzipped =
          new ImportSource(gunzip(start), ALWAYS_ALLOWED + Math.multiplyExact(size, MAX_RATIO));
      unzipped.skipNBytes(position);
      return unzipped;
    }
    start.close();
    return new ImportSource(stored(objects, key, position, size), Long.MAX_VALUE);
  }

  private static InputStream gunzip(InputStream in) throws IOException {
    try {
      return new GZIPInputStream(in, BUFFER);
    } catch (IOException fault) {
      throw told(fault);
    }
  }

  private static InputStream stored(ImportObjects objects, TransferKey key, long from, long size)
      throws IOException {
    InputStream object = objects.open(key, from, size);
    return new BlockInputStream() {
      @Override
      public int read(byte[] octets, int offset, int length) throws IOException {
        try {
          return object.read(octets, offset, length);
        } catch (IOException fault) {
          throw new SourceFaultException(fault);
        }
      }

      @Override
      public void close() throws IOException {
        object.close();
      }
    };
  }

  @Override
  public int read(byte[] octets, int from, int length) throws IOException {
    try {
      int count = in.read(octets, from, length);
      expanded += Math.max(0, count);
      if (expanded > allowed) {
        throw new BrokenArchiveException(
            "it expands to more than " + MAX_RATIO + " times its size: no mail does");
      }
      return count;
    } catch (IOException fault) {
      throw told(fault);
    }
  }

  private static IOException told(IOException fault) {
    return fault instanceof SourceFaultException || fault instanceof BrokenArchiveException
        ? fault
        : new BrokenArchiveException("broken gzip: " + fault.getMessage(), fault);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}

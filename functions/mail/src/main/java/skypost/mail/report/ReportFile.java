package skypost.mail.report;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/**
 * A report as a file: bare, compressed by gzip (RFC 9990 section 3.3, RFC 8460 section 5.1), or in
 * a zip archive as many still send it. What it is its first octets tell; names and media types are
 * too often wrong.
 */
final class ReportFile {
  /** Octets of a report when it is unpacked; a larger one is a bomb, or nobody's who is honest. */
  static final long MAX_OCTETS = 32 * 1024 * 1024;

  /** Of JSON, which is read into memory as a whole. */
  static final long MAX_JSON = 4 * 1024 * 1024;

  private static final int MAX_ENTRIES = 10; // of an archive
  private static final int MAGIC = 4;

  private ReportFile() {}

  /**
   * Reads.
   *
   * @param file decoded from its transfer encoding
   * @throws MalformedReport also for what is larger than it may be
   */
  static Report read(InputStream file) throws MalformedReport, IOException {
    try {
      return readPacked(file);
    } catch (TooLarge bomb) {
      throw new MalformedReport("larger than a report may be", bomb);
    } catch (EOFException cut) {
      throw new MalformedReport("the compressed file is cut off", cut);
    } catch (ZipException malformed) {
      throw new MalformedReport("the compressed file is damaged", malformed);
    }
  }

  private static Report readPacked(InputStream file) throws MalformedReport, IOException {
    InputStream in = buffered(file);
    byte[] magic = peek(in);
    if (magic.length >= 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b) {
      return readPlain(new GZIPInputStream(in));
    }
    if (magic.length == MAGIC && magic[0] == 'P' && magic[1] == 'K') {
      return readPlain(firstFile(new ZipInputStream(in)));
    }
    return readPlain(in);
  }

  private static InputStream firstFile(ZipInputStream zip) throws MalformedReport, IOException {
    for (int i = 0; i < MAX_ENTRIES; i++) {
      ZipEntry entry = zip.getNextEntry();
      if (entry == null) {
        break;
      }
      if (!entry.isDirectory()) {
        return zip;
      }
      zip.closeEntry();
    }
    throw new MalformedReport("no file in the archive");
  }

  private static Report readPlain(InputStream file) throws MalformedReport, IOException {
    InputStream in = buffered(file);
    int first = firstOctet(in);
    return switch (first) {
      case '<' -> AggregateReader.read(new Limited(in, MAX_OCTETS));
      case '{' -> TlsReportJson.read(new Limited(in, MAX_JSON));
      default -> throw new MalformedReport("neither XML nor JSON");
    };
  }

  /** The first octet that is neither blank nor of a byte order mark; what is before it is gone. */
  private static int firstOctet(InputStream in) throws IOException {
    for (int i = 0; i < 100; i++) {
      in.mark(1);
      int octet = in.read();
      if (octet > ' ' && octet < 0x80) {
        in.reset();
        return octet;
      }
    }
    return -1;
  }

  private static InputStream buffered(InputStream in) {
    return new BufferedInputStream(in);
  }

  private static byte[] peek(InputStream in) throws IOException {
    in.mark(MAGIC);
    byte[] magic = in.readNBytes(MAGIC);
    in.reset();
    return magic;
  }

  /** More came than may. */
  private static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1L;

    TooLarge() {
      super("too large");
    }
  }

  private static final class Limited extends FilterInputStream {
    private long left;

    Limited(InputStream in, long most) {
      super(in);
      this.left = most;
    }

    @Override
    public int read() throws IOException {
      int octet = super.read();
      count(octet < 0 ? 0 : 1);
      return octet;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      count(Math.max(read, 0));
      return read;
    }

    private void count(int octets) throws TooLarge {
      left -= octets;
      if (left < 0) {
        throw new TooLarge();
      }
    }
  }
}

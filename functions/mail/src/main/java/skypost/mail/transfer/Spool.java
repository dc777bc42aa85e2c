package skypost.mail.transfer;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import skypost.mail.archive.Octets;

/** A message at hand, with LF for CRLF: in memory while it is small, in a temporary file else. */
final class Spool implements Octets, AutoCloseable {
  private static final int IN_MEMORY = 1 << 20;
  private static final int BUFFER = 16 << 10;

  private byte[] memory;
  private Path file;
  private long size;

  private Spool() {}

  /** Takes a message in. */
  static Spool of(InputStream message) throws IOException {
    Spool spool = new Spool();
    try {
      spool.fill(message);
      return spool;
    } catch (IOException | RuntimeException fault) {
      spool.close();
      throw fault;
    }
  }

  private void fill(InputStream message) throws IOException {
    ByteArrayOutputStream small = new ByteArrayOutputStream(BUFFER);
    OutputStream out = small;
    byte[] buffer = new byte[BUFFER];
    byte[] converted = new byte[BUFFER + 1];
    boolean heldCr = false;
    try {
      for (int count = message.read(buffer); count >= 0; count = message.read(buffer)) {
        int length = 0;
        for (int i = 0; i < count; i++) {
          if (heldCr && buffer[i] != '\n') {
            converted[length++] = '\r'; // one that ends no line stays
          }
          heldCr = buffer[i] == '\r';
          if (!heldCr) {
            converted[length++] = buffer[i];
          }
          if (length >= BUFFER) {
            out.write(converted, 0, length);
            size += length;
            length = 0;
          }
        }
        out.write(converted, 0, length);
        size += length;
        if (file == null && size > IN_MEMORY) {
          file = Files.createTempFile("skypost-", ".export");
          out = Files.newOutputStream(file);
          small.writeTo(out);
          small.reset();
        }
      }
      if (heldCr) {
        out.write('\r');
        size++;
      }
    } finally {
      out.close();
    }
    memory = file == null ? small.toByteArray() : null;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public InputStream open() throws IOException {
    return file == null ? new ByteArrayInputStream(memory) : Files.newInputStream(file);
  }

  @Override
  public void close() throws IOException {
    memory = null;
    if (file != null) {
      Files.deleteIfExists(file);
    }
  }
}

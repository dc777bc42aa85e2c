package skypost.local.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;
import skypost.local.http.HttpRequest;

/**
 * The body of a request, received into a file whose name nobody knows yet, and compared with what
 * was announced of it. What is not taken over is deleted by {@link #close}.
 */
final class Upload implements AutoCloseable {
  private static final int PIECE = 128 << 10;
  private static final Set<StandardOpenOption> NEW =
      Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);

  private final Path file;
  private long size;

  private Upload(Path file) {
    this.file = file;
  }

  /**
   * @param file where it goes; it must not exist
   * @throws S3Error when it is not what was announced
   */
  static Upload receive(HttpRequest request, Signatures.Signed signed, Path file)
      throws IOException {
    String payload = signed.payload();
    Checksums sums = new Checksums(request.headers(), payload);
    var upload = new Upload(file);
    try {
      if (payload.startsWith("STREAMING-")) {
        boolean isSigned = payload.startsWith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
        if (!isSigned && !payload.equals("STREAMING-UNSIGNED-PAYLOAD-TRAILER")) {
          throw S3Error.notServed(payload);
        }
        var chunks = new AwsChunks(request.body(), isSigned ? signed.chunks() : null);
        upload.write(chunks, PIECE, sums);
        sums.check(chunks.trailer());
      } else {
        long length = request.length() < 0 ? PIECE : Math.min(PIECE, request.length());
        upload.write(request.body(), (int) Math.max(1, length), sums);
        sums.check(Map.of());
      }
      return upload;
    } catch (IOException | RuntimeException fault) {
      upload.close();
      throw fault;
    }
  }

  private void write(InputStream body, int piece, Checksums sums) throws IOException {
    byte[] octets = new byte[piece];
    try (FileChannel channel = FileChannel.open(file, NEW)) {
      while (true) {
        int count = body.readNBytes(octets, 0, piece);
        sums.update(octets, 0, count);
        ByteBuffer written = ByteBuffer.wrap(octets, 0, count);
        while (written.hasRemaining()) {
          channel.write(written);
        }
        size += count;
        if (count < piece) {
          return;
        }
      }
    }
  }

  Path file() {
    return file;
  }

  /** Octets of it. */
  long size() {
    return size;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
  }
}

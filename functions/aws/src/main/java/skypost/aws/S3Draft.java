package skypost.aws;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import skypost.mail.message.IncomingMessages.Draft;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A message being written: in memory while it is small, in a temporary file when it is not, since a
 * PUT must know its length before it begins. One PUT at the end makes it durable.
 *
 * <p>The checksum is taken as the message comes and sent with it, so S3 refuses what memory, disk
 * or network has changed since (Amazon S3 User Guide, "Checking object integrity").
 */
final class S3Draft extends Draft {
  /** The most of a message that is held in memory; larger ones are few. */
  private static final int IN_MEMORY = 128 << 10;

  private final S3Client s3;
  private final String bucket;
  private final Keys keys;
  private final CRC32 checksum = new CRC32();
  private byte[] memory = new byte[8 << 10];
  private int size;
  private Path file;
  private OutputStream disk;
  private boolean closed;

  /** Where it is put when it is accepted, and where it is staged before. */
  record Keys(String accepted, String staged) {}

  S3Draft(S3Client s3, String bucket, Keys keys) {
    this.s3 = s3;
    this.bucket = bucket;
    this.keys = keys;
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    if (closed) {
      throw new IOException("the draft is closed");
    }
    checksum.update(buffer, offset, length);
    if (disk == null && size + length > IN_MEMORY) {
      spill();
    }
    if (disk != null) {
      disk.write(buffer, offset, length);
      return;
    }
    if (size + length > memory.length) {
      memory =
          Arrays.copyOf(memory, Math.min(IN_MEMORY, Math.max(memory.length * 2, size + length)));
    }
    System.arraycopy(buffer, offset, memory, size, length);
    size += length;
  }

  private void spill() throws IOException {
    file = Files.createTempFile("skypost-", ".draft");
    disk = Files.newOutputStream(file);
    disk.write(memory, 0, size);
    memory = null;
  }

  @Override
  public void commit() throws IOException {
    put(keys.accepted());
    close();
  }

  @Override
  public void stage() throws IOException {
    put(keys.staged());
  }

  private void put(String key) throws IOException {
    if (closed) {
      throw new IOException("the draft is closed");
    }
    RequestBody body;
    if (disk != null) {
      disk.flush();
      body = RequestBody.fromFile(file);
    } else {
      body = RequestBody.fromRemainingByteBuffer(ByteBuffer.wrap(memory, 0, size));
    }
    Calls.call(() ->
        s3.putObject(
            put ->
                put.bucket(bucket)
                    .key(key)
                    .contentType("message/rfc822")
                    .checksumCRC32(checksumInBase64()),
            body));
  }

  private String checksumInBase64() {
    byte[] octets = ByteBuffer.allocate(Integer.BYTES).putInt((int) checksum.getValue()).array();
    return Base64.getEncoder().encodeToString(octets);
  }

  @Override
  public void close() throws IOException {
    closed = true;
    memory = null;
    if (disk != null) {
      disk.close();
      Files.deleteIfExists(file);
    }
  }
}

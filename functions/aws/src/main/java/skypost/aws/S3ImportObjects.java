package skypost.aws;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Supplier;
import skypost.mail.transfer.ImportObjects;
import skypost.mail.transfer.TransferKey;
import skypost.protocol.io.BlockInputStream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * Archives to be imported in S3, an object each under {@code imports/<id>}, which a rule of the
 * bucket deletes.
 */
public final class S3ImportObjects implements ImportObjects {
  /** Where archives are put. */
  public static final String PREFIX = "imports/";

  /**
   * Octets of one GET. An archive is read for minutes, with pauses; a request for each piece leaves
   * no connection open meanwhile that S3 would close.
   */
  private static final int PIECE = 8 << 20;

  private final S3Client s3;
  private final Supplier<S3Presigner> presigner;
  private final String bucket;

  /**
   * @param presigner makes URLs
   */
  public S3ImportObjects(S3Client s3, Supplier<S3Presigner> presigner, String bucket) {
    this.s3 = s3;
    this.presigner = presigner;
    this.bucket = bucket;
  }

  private static String key(TransferKey key) {
    return PREFIX + key.id();
  }

  @Override
  public URI url(TransferKey key, Duration validity) {
    return URI.create(
        presigner
            .get()
            .presignPutObject(sign ->
                sign.signatureDuration(validity)
                    .putObjectRequest(put -> put.bucket(bucket).key(key(key))))
            .url()
            .toString());
  }

  @Override
  public void put(TransferKey key, byte[] archive) throws IOException {
    Calls.call(() ->
        s3.putObject(put -> put.bucket(bucket).key(key(key)), RequestBody.fromBytes(archive)));
  }

  @Override
  public OptionalLong size(TransferKey key) throws IOException {
    try {
      return OptionalLong.of(
          Calls.call(() -> s3.headObject(head -> head.bucket(bucket).key(key(key))))
              .contentLength());
    } catch (IOException fault) {
      if (fault.getCause() instanceof NoSuchKeyException) {
        return OptionalLong.empty();
      }
      throw fault;
    }
  }

  @Override
  public InputStream open(TransferKey key, long from, long size) {
    return new Pieces(key, from, size);
  }

  @Override
  public void delete(TransferKey key) throws IOException {
    Calls.call(() -> s3.deleteObject(delete -> delete.bucket(bucket).key(key(key))));
  }

  /** The object piece by piece. */
  private final class Pieces extends BlockInputStream {
    private final TransferKey object;
    private final long size;
    private long next;
    private byte[] piece = {};
    private int at;

    Pieces(TransferKey object, long from, long size) {
      this.object = object;
      this.next = from;
      this.size = size;
    }

    @Override
    public int read(byte[] octets, int from, int length) throws IOException {
      if (at == piece.length) {
        if (next >= size) {
          return -1;
        }
        piece = null; // before the next one takes as much
        piece = get(next, Math.min(size, next + PIECE) - 1);
        next += piece.length;
        at = 0;
      }
      int count = Math.min(length, piece.length - at);
      System.arraycopy(piece, at, octets, from, count);
      at += count;
      return count;
    }

    private byte[] get(long first, long last) throws IOException {
      byte[] got =
          Calls.call(() ->
                  s3.getObjectAsBytes(get ->
                      get.bucket(bucket).key(key(object)).range("bytes=" + first + "-" + last)))
              .asByteArrayUnsafe();
      if (got.length != last - first + 1) {
        throw new IOException("S3 gave %d octets of %d".formatted(got.length, last - first + 1));
      }
      return got;
    }
  }
}

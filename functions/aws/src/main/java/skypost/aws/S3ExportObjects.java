package skypost.aws;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import skypost.mail.archive.ArchiveFormat;
import skypost.mail.transfer.ExportObjects;
import skypost.mail.transfer.TransferKey;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Exports in S3, an object each under {@code exports/<id>}, which a rule of the bucket deletes. */
public final class S3ExportObjects implements ExportObjects {
  /** Where exports are put. */
  public static final String PREFIX = "exports/";

  private final S3Client s3;
  private final Supplier<S3Presigner> presigner;
  private final String bucket;

  /**
   * @param presigner makes URLs
   */
  public S3ExportObjects(S3Client s3, Supplier<S3Presigner> presigner, String bucket) {
    this.s3 = s3;
    this.presigner = presigner;
    this.bucket = bucket;
  }

  private static String key(TransferKey key) {
    return PREFIX + key.id();
  }

  @Override
  public void put(TransferKey key, ArchiveFormat format, byte[] octets) throws IOException {
    String checksum = checksum(octets, octets.length);
    Calls.call(() ->
        s3.putObject(
            put ->
                put.bucket(bucket)
                    .key(key(key))
                    .contentType(format.mediaType())
                    .checksumCRC32(checksum),
            RequestBody.fromRemainingByteBuffer(ByteBuffer.wrap(octets))));
  }

  @Override
  public String begin(TransferKey key, ArchiveFormat format) throws IOException {
    // A checksum of the whole object: those of its parts need not be kept for the end
    return Calls.call(() ->
            s3.createMultipartUpload(create ->
                create
                    .bucket(bucket)
                    .key(key(key))
                    .contentType(format.mediaType())
                    .checksumAlgorithm(ChecksumAlgorithm.CRC32)
                    .checksumType(ChecksumType.FULL_OBJECT)))
        .uploadId();
  }

  @Override
  public String part(TransferKey key, String upload, int number, Part part) throws IOException {
    String checksum = checksum(part.octets(), part.length());
    return ofUpload(
            upload,
            () ->
                s3.uploadPart(
                    put ->
                        put.bucket(bucket)
                            .key(key(key))
                            .uploadId(upload)
                            .partNumber(number)
                            .checksumCRC32(checksum),
                    RequestBody.fromRemainingByteBuffer(
                        ByteBuffer.wrap(part.octets(), 0, part.length()))))
        .eTag();
  }

  @Override
  public List<String> tags(TransferKey key, String upload, int count) throws IOException {
    List<String> tags = new ArrayList<>();
    ofUpload(
        upload,
        () -> {
          s3
              .listPartsPaginator(list -> list.bucket(bucket).key(key(key)).uploadId(upload))
              .parts()
              .stream()
              .filter(part -> part.partNumber() <= count)
              .forEach(part -> tags.add(part.eTag()));
          return tags;
        });
    return tags;
  }

  @Override
  public void complete(TransferKey key, String upload, List<String> tags) throws IOException {
    List<CompletedPart> parts = new ArrayList<>();
    for (String tag : tags) {
      parts.add(CompletedPart.builder().partNumber(parts.size() + 1).eTag(tag).build());
    }
    ofUpload(
        upload,
        () ->
            s3.completeMultipartUpload(complete ->
                complete
                    .bucket(bucket)
                    .key(key(key))
                    .uploadId(upload)
                    .checksumType(ChecksumType.FULL_OBJECT)
                    .multipartUpload(all -> all.parts(parts))));
  }

  @Override
  public void abort(TransferKey key, String upload) throws IOException {
    try {
      ofUpload(
          upload,
          () ->
              s3.abortMultipartUpload(
                  abort -> abort.bucket(bucket).key(key(key)).uploadId(upload)));
    } catch (ExportObjects.NoSuchUploadException ended) {
      return;
    }
  }

  private static <T> T ofUpload(String upload, Supplier<T> call) throws IOException {
    try {
      return Calls.call(call);
    } catch (IOException fault) {
      boolean isGone =
          fault.getCause() instanceof NoSuchUploadException
              || fault.getCause() instanceof S3Exception refused
                  && refused.awsErrorDetails() != null
                  && "NoSuchUpload".equals(refused.awsErrorDetails().errorCode());
      if (isGone) {
        throw new ExportObjects.NoSuchUploadException(upload);
      }
      throw fault;
    }
  }

  @Override
  public boolean exists(TransferKey key) throws IOException {
    try {
      Calls.call(() -> s3.headObject(head -> head.bucket(bucket).key(key(key))));
      return true;
    } catch (IOException fault) {
      if (fault.getCause() instanceof NoSuchKeyException) {
        return false;
      }
      throw fault;
    }
  }

  @Override
  public Optional<byte[]> read(TransferKey key) throws IOException {
    try {
      return Optional.of(
          Calls.call(() -> s3.getObjectAsBytes(get -> get.bucket(bucket).key(key(key))))
              .asByteArray());
    } catch (IOException fault) {
      if (fault.getCause() instanceof NoSuchKeyException) {
        return Optional.empty();
      }
      throw fault;
    }
  }

  @Override
  public void delete(TransferKey key) throws IOException {
    Calls.call(() -> s3.deleteObject(delete -> delete.bucket(bucket).key(key(key))));
  }

  @Override
  public URI url(TransferKey key, String fileName, Duration validity) {
    String name = fileName.replaceAll("[^A-Za-z0-9@._+-]", "_");
    return URI.create(
        presigner
            .get()
            .presignGetObject(sign ->
                sign.signatureDuration(validity)
                    .getObjectRequest(get ->
                        get.bucket(bucket)
                            .key(key(key))
                            .responseContentDisposition("attachment; filename=\"" + name + "\"")))
            .url()
            .toString());
  }

  private static String checksum(byte[] octets, int length) {
    CRC32 checksum = new CRC32();
    checksum.update(octets, 0, length);
    byte[] value = ByteBuffer.allocate(Integer.BYTES).putInt((int) checksum.getValue()).array();
    return Base64.getEncoder().encodeToString(value);
  }
}

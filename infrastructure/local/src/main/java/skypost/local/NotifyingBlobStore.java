package skypost.local;

import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import skypost.protocol.log.EventLog;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Tells a listener of every object that was created, after it lies on the disk and before the
 * request is answered. So only a crash between the two loses an event; S3 itself promises no more,
 * and a sweep over the bucket finds what was missed.
 */
final class NotifyingBlobStore extends ForwardingBlobStore {
  private final String prefix;
  private final Consumer<ObjectCreated> listener;

  /**
   * @param prefix of the keys that the listener hears of, as in a bucket notification's filter
   */
  NotifyingBlobStore(BlobStore store, String prefix, Consumer<ObjectCreated> listener) {
    super(store);
    this.prefix = prefix;
    this.listener = listener;
  }

  @Override
  public PutObjectResponse putBlob(PutObjectRequest request, InputStream body) {
    PutObjectResponse response = super.putBlob(request, body);
    tell("ObjectCreated:Put", request.bucket(), request.key());
    return response;
  }

  @Override
  public CopyObjectResponse copyBlob(CopyObjectRequest request) {
    CopyObjectResponse response = super.copyBlob(request);
    tell("ObjectCreated:Copy", request.destinationBucket(), request.destinationKey());
    return response;
  }

  /** S3Proxy takes parts of uploads that have been aborted or completed; S3 does not. */
  @Override
  public UploadPartResponse uploadMultipartPart(
      MultipartUpload upload, UploadPartRequest request, InputStream body) {
    requireOpen(upload);
    return super.uploadMultipartPart(upload, request, body);
  }

  @Override
  public List<Part> listMultipartUpload(MultipartUpload upload) {
    requireOpen(upload);
    return super.listMultipartUpload(upload);
  }

  private void requireOpen(MultipartUpload upload) {
    boolean isOpen =
        super.listMultipartUploads(upload.containerName()).stream()
            .anyMatch(open -> open.uploadId().equals(upload.id()));
    if (!isOpen) {
      throw NoSuchUploadException.builder()
          .statusCode(404)
          .message("The specified multipart upload does not exist")
          .awsErrorDetails(AwsErrorDetails.builder().errorCode("NoSuchUpload").build())
          .build();
    }
  }

  @Override
  public CompleteMultipartUploadResponse completeMultipartUpload(
      MultipartUpload upload, CompleteMultipartUploadRequest request) {
    requireOpen(upload);
    CompleteMultipartUploadResponse response = super.completeMultipartUpload(upload, request);
    tell("ObjectCreated:CompleteMultipartUpload", upload.containerName(), upload.blobName());
    return response;
  }

  private void tell(String name, String bucket, String key) {
    if (!key.startsWith(prefix)) {
      return;
    }
    try {
      var head = blobMetadata(HeadObjectRequest.builder().bucket(bucket).key(key).build());
      String eTag = head.eTag() == null ? "" : head.eTag().replace("\"", "");
      long size = head.contentLength() == null ? 0 : head.contentLength();
      listener.accept(new ObjectCreated(name, bucket, key, size, eTag, Instant.now()));
    } catch (RuntimeException fault) {
      // the object is stored, and that is what the answer is about
      EventLog.error("s3-event-lost").with("bucket", bucket).with("key", key).cause(fault).write();
    }
  }
}

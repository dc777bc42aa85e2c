package skypost.local.s3;

/** What S3 answers when it refuses (Amazon S3 API reference, "Error responses"). */
final class S3Error extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String code;

  S3Error(int status, String code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  static S3Error noSuchKey() {
    return new S3Error(404, "NoSuchKey", "The specified key does not exist.");
  }

  static S3Error noSuchBucket() {
    return new S3Error(404, "NoSuchBucket", "The specified bucket does not exist.");
  }

  static S3Error noSuchUpload() {
    return new S3Error(404, "NoSuchUpload", "The specified multipart upload does not exist.");
  }

  static S3Error precondition() {
    return new S3Error(
        412, "PreconditionFailed", "At least one of the preconditions did not hold.");
  }

  static S3Error invalid(String what) {
    return new S3Error(400, "InvalidArgument", what);
  }

  static S3Error badDigest(String what) {
    return new S3Error(400, "BadDigest", what + " did not match what was received.");
  }

  static S3Error forbidden(String what) {
    return new S3Error(403, "SignatureDoesNotMatch", what);
  }

  static S3Error notServed(String what) {
    return new S3Error(501, "NotImplemented", "not served here: " + what);
  }
}

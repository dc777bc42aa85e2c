package skypost.local.s3;

import java.io.IOException;
import java.util.Map;
import skypost.local.http.HttpRequest;

/** The body of a request that is small and no object. */
final class SignedBody {
  private SignedBody() {}

  /**
   * @throws S3Error when it is more than {@code most} octets, or not what was signed
   */
  static byte[] read(HttpRequest request, Signatures.Signed signed, int most) throws IOException {
    if (signed.payload().startsWith("STREAMING-")) {
      throw S3Error.notServed(signed.payload());
    }
    byte[] body = request.body(most);
    if (body == null) {
      throw new S3Error(400, "MaxMessageLengthExceeded", "Your request was too large.");
    }
    Checksums sums = new Checksums(request.headers(), signed.payload());
    sums.update(body, 0, body.length);
    sums.check(Map.of());
    return body;
  }
}

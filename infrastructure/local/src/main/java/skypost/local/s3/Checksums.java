package skypost.local.s3;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * What is said of a body, taken as it comes and compared when it has come (Amazon S3 User Guide,
 * "Checking object integrity").
 */
final class Checksums {
  private static final String PREFIX = "x-amz-checksum-";
  // Of an upload in parts: how the sum of the whole would be made; each part is compared by itself
  private static final Set<String> NOT_SUMS =
      Set.of("x-amz-checksum-algorithm", "x-amz-checksum-type");
  private static final int HEX_SHA256 = 64;

  private final Map<String, Checksum> sums = new HashMap<>();
  private final Map<String, MessageDigest> digests = new HashMap<>();
  private final Map<String, String> expected = new HashMap<>();
  private MessageDigest payload;
  private String expectedPayload;

  /**
   * @param headers of the request
   * @param signed how its payload is signed
   */
  Checksums(Map<String, String> headers, String signed) {
    headers.forEach((name, value) -> {
      if (name.startsWith(PREFIX) && !NOT_SUMS.contains(name)) {
        expect(name, value);
      }
    });
    String trailer = headers.get("x-amz-trailer");
    if (trailer != null && trailer.startsWith(PREFIX)) {
      take(trailer);
    }
    if (headers.containsKey("content-md5")) {
      digests.put("content-md5", Hashes.digest("MD5"));
      expected.put("content-md5", headers.get("content-md5"));
    }
    if (signed.length() == HEX_SHA256) {
      payload = Hashes.digest("SHA-256");
      expectedPayload = signed;
    }
  }

  private void expect(String name, String value) {
    take(name);
    expected.put(name, value);
  }

  private void take(String name) {
    switch (name.substring(PREFIX.length())) {
      case "crc32" -> sums.put(name, new CRC32());
      case "crc32c" -> sums.put(name, new CRC32C());
      case "sha1" -> digests.put(name, Hashes.digest("SHA-1"));
      case "sha256" -> digests.put(name, Hashes.digest("SHA-256"));
      default -> throw S3Error.notServed(name);
    }
  }

  void update(byte[] octets, int offset, int length) {
    sums.values().forEach(sum -> sum.update(octets, offset, length));
    digests.values().forEach(digest -> digest.update(octets, offset, length));
    if (payload != null) {
      payload.update(octets, offset, length);
    }
  }

  /**
   * Compares.
   *
   * @param trailer what followed the body
   * @throws S3Error when the body is not what was announced
   */
  void check(Map<String, String> trailer) {
    trailer.forEach((name, value) -> {
      if (sums.containsKey(name) || digests.containsKey(name)) {
        expected.put(name, value);
      }
    });
    expected.forEach((name, value) -> {
      if (!value.equals(inBase64(name))) {
        throw S3Error.badDigest(name);
      }
    });
    if (payload != null
        && !Hashes.same(HexFormat.of().formatHex(payload.digest()), expectedPayload)) {
      throw new S3Error(
          400, "XAmzContentSHA256Mismatch", "The body is not the one that was signed.");
    }
  }

  private String inBase64(String name) {
    byte[] octets =
        sums.containsKey(name)
            ? ByteBuffer.allocate(4).putInt((int) sums.get(name).getValue()).array()
            : digests.get(name).digest();
    return Base64.getEncoder().encodeToString(octets);
  }
}

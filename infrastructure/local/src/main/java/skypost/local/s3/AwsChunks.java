package skypost.local.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import skypost.protocol.io.BlockInputStream;

/**
 * A body in the content coding {@code aws-chunked}: chunks, signed or not, and a trailer with the
 * checksum (Amazon S3 API reference, "Transferring Payload in Multiple Chunks").
 */
final class AwsChunks extends BlockInputStream {
  private static final int MAX_LINE = 1024;
  private static final String SIGNATURE = "chunk-signature=";
  private static final String TRAILER_SIGNATURE = "x-amz-trailer-signature";

  private final InputStream coded;
  private final Signatures.Chunks signatures;
  private final MessageDigest digest = Hashes.digest("SHA-256");
  private final Map<String, String> trailer = new HashMap<>();
  private String signature;
  private long left;
  private boolean begun;
  private boolean ended;

  /**
   * @param signatures checks each chunk; null when they are not signed
   */
  AwsChunks(InputStream coded, Signatures.Chunks signatures) {
    this.coded = coded;
    this.signatures = signatures;
  }

  /** What followed the content, by names in lower case; whole when the content was read. */
  Map<String, String> trailer() {
    return trailer;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (left == 0 && !ended) {
      nextChunk();
    }
    if (ended) {
      return -1;
    }
    int count = coded.read(target, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw new EOFException("a chunk is cut off");
    }
    left -= count;
    if (signatures != null) {
      digest.update(target, offset, count);
    }
    return count;
  }

  private void nextChunk() throws IOException {
    if (begun) {
      if (!line().isEmpty()) {
        throw malformed();
      }
      checkChunk();
    }
    begun = true;
    String[] parts = line().split(";");
    try {
      left = Long.parseLong(parts[0], 16);
    } catch (NumberFormatException noNumber) {
      throw malformed();
    }
    signature =
        parts.length > 1 && parts[1].startsWith(SIGNATURE)
            ? parts[1].substring(SIGNATURE.length())
            : "";
    if (left < 0) {
      throw malformed();
    }
    if (left == 0) {
      checkChunk();
      readTrailer();
      ended = true;
    }
  }

  private void checkChunk() {
    if (signatures != null) {
      signatures.check(HexFormat.of().formatHex(digest.digest()), signature);
    }
  }

  private void readTrailer() throws IOException {
    StringBuilder signed = new StringBuilder();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        throw malformed();
      }
      String name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
      String value = line.substring(colon + 1).strip();
      trailer.put(name, value);
      if (!name.equals(TRAILER_SIGNATURE)) {
        signed.append(name).append(':').append(value).append('\n');
      }
    }
    if (signatures != null && !signed.isEmpty()) {
      signatures.checkTrailer(
          Hashes.hexSha256(signed.toString()), trailer.getOrDefault(TRAILER_SIGNATURE, ""));
    }
  }

  /** The end of the body ends a line as well: not every client sends the last empty one. */
  private String line() throws IOException {
    StringBuilder line = new StringBuilder(128);
    for (int octet = coded.read(); octet >= 0 && octet != '\n'; octet = coded.read()) {
      if (line.length() == MAX_LINE) {
        throw malformed();
      }
      line.append((char) octet);
    }
    int end = line.length() - 1;
    return end >= 0 && line.charAt(end) == '\r' ? line.substring(0, end) : line.toString();
  }

  private static S3Error malformed() {
    return new S3Error(400, "IncompleteBody", "The chunks of the body are malformed.");
  }
}

package skypost.local.s3;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The octets of an object that are wanted (RFC 9110 section 14).
 *
 * @param first of them
 * @param length how many
 * @param isPart whether a range was asked for
 */
record ByteRange(long first, long length, boolean isPart) {
  private static final Pattern ONE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  /**
   * @param text of the header; what is no single range is ignored, as S3 does
   * @throws S3Error when the object has none of them
   */
  static ByteRange of(String text, long size) {
    Matcher matcher = ONE.matcher(text);
    if (!matcher.matches() || text.equals("bytes=-")) {
      return new ByteRange(0, size, false);
    }
    long first;
    long end = size;
    if (matcher.group(1).isEmpty()) {
      first = Math.max(0, size - Long.parseLong(matcher.group(2)));
    } else {
      first = Long.parseLong(matcher.group(1));
      if (!matcher.group(2).isEmpty()) {
        long last = Long.parseLong(matcher.group(2));
        if (last < first) { // RFC 9110 section 14.1.1: invalid, so ignored
          return new ByteRange(0, size, false);
        }
        end = Math.min(size, last + 1);
      }
    }
    if (first >= size) {
      throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable");
    }
    return new ByteRange(first, end - first, true);
  }

  /** The header Content-Range. */
  String contentRange(long size) {
    return "bytes " + first + "-" + (first + length - 1) + "/" + size;
  }
}

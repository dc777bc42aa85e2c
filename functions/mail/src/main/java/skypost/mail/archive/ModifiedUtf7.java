package skypost.mail.archive;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** Modified UTF-7 (RFC 3501 section 5.1.3). */
final class ModifiedUtf7 {
  private ModifiedUtf7() {}

  static String encode(String text) {
    StringBuilder out = new StringBuilder();
    StringBuilder shifted = new StringBuilder();
    for (char c : text.toCharArray()) {
      if (isPlain(c)) {
        unshift(shifted, out);
        out.append(c == '&' ? "&-" : String.valueOf(c));
      } else {
        shifted.append(c);
      }
    }
    unshift(shifted, out);
    return out.toString();
  }

  private static void unshift(StringBuilder shifted, StringBuilder out) {
    if (!shifted.isEmpty()) {
      byte[] units = shifted.toString().getBytes(StandardCharsets.UTF_16BE);
      String base64 = Base64.getEncoder().withoutPadding().encodeToString(units);
      out.append('&').append(base64.replace('/', ',')).append('-');
      shifted.setLength(0);
    }
  }

  /** Empty when it is something else. */
  static Optional<String> decode(String text) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      int end = c == '&' ? text.indexOf('-', at) : at;
      if (!isPlain(c) || end < 0) {
        return Optional.empty();
      }
      if (c != '&') {
        out.append(c);
      } else if (end == at + 1) {
        out.append('&');
      } else {
        Optional<String> shifted = shifted(text.substring(at + 1, end));
        if (shifted.isEmpty()) {
          return Optional.empty();
        }
        out.append(shifted.get());
      }
      at = end + 1;
    }
    return Optional.of(out.toString());
  }

  private static Optional<String> shifted(String base64) {
    try {
      byte[] units = Base64.getDecoder().decode(base64.replace(',', '/'));
      return Optional.of(
          StandardCharsets.UTF_16BE.newDecoder().decode(ByteBuffer.wrap(units)).toString());
    } catch (IllegalArgumentException | CharacterCodingException malformed) {
      return Optional.empty();
    }
  }

  private static boolean isPlain(char c) {
    return c >= ' ' && c <= '~';
  }
}

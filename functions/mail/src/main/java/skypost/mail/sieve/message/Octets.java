package skypost.mail.sieve.message;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Octets whose charset nobody told, or told wrongly, as text. */
final class Octets {
  private Octets() {}

  /** Characters that stand for octets, as text. */
  static String text(String octets) {
    return octets.chars().allMatch(c -> c < 128)
        ? octets
        : text(octets.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** UTF-8 where it is that, or else ISO 8859-1, which everything is. */
  static String text(byte[] octets) {
    try {
      return strict(octets, StandardCharsets.UTF_8);
    } catch (CharacterCodingException notUtf8) {
      return new String(octets, StandardCharsets.ISO_8859_1);
    }
  }

  /** In the charset it says it has, where that is true. */
  static String text(byte[] octets, Charset told) {
    try {
      return strict(octets, told);
    } catch (CharacterCodingException untrue) {
      return text(octets);
    }
  }

  private static String strict(byte[] octets, Charset charset) throws CharacterCodingException {
    return charset.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
  }
}

package skypost.mail.sieve.message;

import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.codec.DecoderUtil;

/** Text of header fields beyond ASCII (RFC 2047). */
public final class EncodedWords {
  private EncodedWords() {}

  /** What cannot be decoded stays as it is (RFC 5228 section 2.7.2). */
  static String decode(String value) {
    return value.contains("=?")
        ? DecoderUtil.decodeEncodedWords(value, DecodeMonitor.SILENT)
        : value;
  }

  /** One line of text as the value of a field, folded after the name. */
  public static String encode(String name, String text) {
    try {
      String encoded = MimeUtility.encodeText(text, "UTF-8", null);
      return MimeUtility.fold(name.length() + 2, encoded);
    } catch (UnsupportedEncodingException impossible) {
      throw new IllegalStateException(impossible); // UTF-8 is everywhere
    }
  }
}

package skypost.local.s3;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Percent-encoding as AWS signs it (AWS IAM User Guide, "Create a signed API request"). */
final class UriText {
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  private static final String HEX = "0123456789ABCDEF";
  private static final boolean[] PLAIN = new boolean[128];

  static {
    UNRESERVED.chars().forEach(letter -> PLAIN[letter] = true);
  }

  private UriText() {}

  /** Encodes all but unreserved characters, and slashes when they are to stay. */
  static String encode(String text, boolean slashesStay) {
    if (isPlain(text, slashesStay)) {
      return text;
    }
    StringBuilder encoded = new StringBuilder(text.length() + 16);
    for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
      if (octet >= 0 && (PLAIN[octet] || slashesStay && octet == '/')) {
        encoded.append((char) octet);
      } else {
        encoded.append('%').append(HEX.charAt(octet >> 4 & 15)).append(HEX.charAt(octet & 15));
      }
    }
    return encoded.toString();
  }

  private static boolean isPlain(String text, boolean slashesStay) {
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      if (letter >= 128 || !PLAIN[letter] && !(slashesStay && letter == '/')) {
        return false;
      }
    }
    return true;
  }

  /** Undoes percent-encoding; a plus stays one. */
  static String decode(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    ByteArrayOutputStream octets = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      if (letter != '%') {
        octets.write(letter);
        continue;
      }
      try {
        octets.write(Integer.parseInt(text, i + 1, i + 3, 16));
      } catch (NumberFormatException | IndexOutOfBoundsException malformed) {
        throw new S3Error(400, "InvalidURI", "Couldn't parse the specified URI.");
      }
      i += 2;
    }
    return octets.toString(StandardCharsets.UTF_8);
  }

  /** The parameters of a query, decoded, in the order of their names. */
  static Map<String, String> query(String text) {
    Map<String, String> parameters = new TreeMap<>();
    if (text.isEmpty()) {
      return parameters;
    }
    for (String pair : text.split("&")) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      if (!name.isEmpty() && parameters.put(decode(name), decode(value)) != null) {
        throw S3Error.invalid("a query parameter comes twice");
      }
    }
    return parameters;
  }
}

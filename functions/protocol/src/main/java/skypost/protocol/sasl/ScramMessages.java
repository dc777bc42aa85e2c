package skypost.protocol.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The client's two messages (RFC 5802 section 7), read strictly: what is not understood fails. */
final class ScramMessages {
  private static final int MAX_MESSAGE = 2048; // octets and more than any client needs

  /** What the client says of channel binding: n, y, p=tls-exporter, p=anything else. */
  enum Binding {
    NONE,
    NOT_OFFERED,
    TLS_EXPORTER,
    OTHER
  }

  /**
   * The client-first-message.
   *
   * @param gs2Header with both its commas
   * @param bare what comes after it
   */
  record First(Binding binding, String gs2Header, String username, String nonce, String bare) {
    /** What the client must repeat in its last message, the channel binding included. */
    byte[] bindingInput(Optional<byte[]> tlsExporter) {
      byte[] header = gs2Header.getBytes(UTF_8);
      byte[] data = binding == Binding.TLS_EXPORTER ? tlsExporter.orElseThrow() : new byte[0];
      byte[] both = java.util.Arrays.copyOf(header, header.length + data.length);
      System.arraycopy(data, 0, both, header.length, data.length);
      return both;
    }
  }

  /** The client-final-message. */
  record Last(byte[] binding, String nonce, String withoutProof, String proof) {}

  private static final String SASLNAME = "(?:[^,=\\x00]++|=2C|=3D)++";
  private static final String NONCE = "[\\x21-\\x2b\\x2d-\\x7e]+"; // printable but the comma
  private static final String BASE64 =
      "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?";

  /** An "m=" in front would be a mandatory extension, of which there are none: no match. */
  private static final Pattern FIRST =
      Pattern.compile(
          "((n|y|p=([A-Za-z0-9.-]+)),(?:a=("
              + SASLNAME
              + "))?,)"
              + "(n=("
              + SASLNAME
              + "),r=("
              + NONCE
              + ")(?:,[A-Za-z]=[^,\\x00]+)*)");

  private static final Pattern LAST =
      Pattern.compile(
          "(c=(" + BASE64 + "),r=(" + NONCE + ")(?:,[A-Za-z]=[^,\\x00]+)*),p=(" + BASE64 + ")");

  private ScramMessages() {}

  static Optional<First> first(String message) {
    Matcher parts = FIRST.matcher(message);
    if (message.length() > MAX_MESSAGE || !parts.matches()) {
      return Optional.empty();
    }
    String username = name(parts.group(6));
    String authzid = parts.group(4);
    if (authzid != null && !name(authzid).equals(username)) {
      return Optional.empty(); // acting for another: nobody may here
    }
    return Optional.of(
        new First(
            binding(parts.group(2), parts.group(3)),
            parts.group(1),
            username,
            parts.group(7),
            parts.group(5)));
  }

  static Optional<Last> last(String message) {
    Matcher parts = LAST.matcher(message);
    return message.length() <= MAX_MESSAGE && parts.matches()
        ? Optional.of(
            new Last(
                Base64.getDecoder().decode(parts.group(2)),
                parts.group(3),
                parts.group(1),
                parts.group(4)))
        : Optional.empty();
  }

  private static Binding binding(String flag, String name) {
    return switch (flag) {
      case "n" -> Binding.NONE;
      case "y" -> Binding.NOT_OFFERED;
      default -> name.equals("tls-exporter") ? Binding.TLS_EXPORTER : Binding.OTHER;
    };
  }

  private static String name(String saslname) {
    return saslname.replace("=2C", ",").replace("=3D", "="); // RFC 5802 section 5.1
  }
}

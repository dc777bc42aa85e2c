package skypost.mail.settings;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.SmartHost;

/**
 * A smart host in one text: {@code host:port}, or a URL as mail clients and libraries know it:
 * {@code smtp://user:password@host:587} and {@code smtps://user:password@host:465}. With {@code
 * smtp} TLS comes by STARTTLS; where there is a login, or {@code ?requireTLS=true} follows, it is
 * demanded.
 *
 * @param smartHost its login names no password
 * @param password of its login
 */
public record SmartHostSetting(SmartHost smartHost, Optional<String> password) {
  /** What it must look like, for people. */
  public static final String FORM =
      "host:port, smtp://host:587, smtp://user:password@host:587 or smtps://user:password@host:465"
          + " (in user and password, write %25 for a percent sign and %3A for a colon)";

  private static final int SUBMISSION_PORT = 587; // RFC 6409 section 3.1
  private static final String REQUIRE = "?requireTLS=true";

  /** Reads it; empty when malformed. */
  public static Optional<SmartHostSetting> parse(String text) {
    if (text.regionMatches(true, 0, "smtps://", 0, 8)) {
      return url(text.substring(8), SmartHost.Tls.IMPLICIT);
    }
    if (text.regionMatches(true, 0, "smtp://", 0, 7)) {
      boolean require = text.endsWith(REQUIRE);
      String rest = text.substring(7, text.length() - (require ? REQUIRE.length() : 0));
      boolean demanded = require || rest.indexOf('@') >= 0;
      return url(rest, demanded ? SmartHost.Tls.REQUIRED : SmartHost.Tls.OPPORTUNISTIC);
    }
    return HostPort.parse(text, SUBMISSION_PORT)
        .map(server -> new SmartHostSetting(SmartHost.of(server), Optional.empty()));
  }

  /** The last at sign ends the login, so that a slash or an at sign in a password does no harm. */
  private static Optional<SmartHostSetting> url(String rest, SmartHost.Tls tls) {
    int at = rest.lastIndexOf('@');
    String authority = rest.substring(at + 1);
    String host =
        authority.endsWith("/") ? authority.substring(0, authority.length() - 1) : authority;
    int port = tls == SmartHost.Tls.IMPLICIT ? SmartHost.SUBMISSIONS_PORT : SUBMISSION_PORT;
    Optional<HostPort> server = HostPort.parse(host, port);
    if (at < 0 || server.isEmpty()) {
      return server.map(there ->
          new SmartHostSetting(new SmartHost(there, tls, Optional.empty()), Optional.empty()));
    }
    int colon = rest.indexOf(':');
    if (colon < 0 || colon > at) {
      return Optional.empty(); // a username alone is no login
    }
    Optional<String> username = decoded(rest.substring(0, colon));
    Optional<String> password = decoded(rest.substring(colon + 1, at));
    if (username.isEmpty() || password.isEmpty()) {
      return Optional.empty();
    }
    var login = new SmartHost.Login(username.get(), SmartHost.Login.OF_SETTING);
    return Optional.of(
        new SmartHostSetting(new SmartHost(server.get(), tls, Optional.of(login)), password));
  }

  /** RFC 3986 section 2.1. A plus is a plus: passwords of SES are full of them. */
  private static Optional<String> decoded(String text) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer decoded = ByteBuffer.allocate(octets.length);
    for (int i = 0; i < octets.length; i++) {
      if (octets[i] != '%') {
        decoded.put(octets[i]);
      } else if (i + 2 < octets.length
          && HexFormat.isHexDigit(octets[i + 1])
          && HexFormat.isHexDigit(octets[i + 2])) {
        decoded.put(
            (byte)
                (HexFormat.fromHexDigit(octets[i + 1]) * 16
                    + HexFormat.fromHexDigit(octets[i + 2])));
        i += 2;
      } else {
        return Optional.empty();
      }
    }
    try {
      String plain = StandardCharsets.UTF_8.newDecoder().decode(decoded.flip()).toString();
      return Optional.of(plain).filter(SmartHost::isCredential);
    } catch (CharacterCodingException malformed) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return "SmartHostSetting[" + smartHost + "]"; // no secrets in logs
  }
}

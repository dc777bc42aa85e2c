package skypost.protocol.sasl;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an OAUTHBEARER client says first (RFC 7628 section 3.1): for whom, and with which token.
 *
 * @param authzid whom the client wants to act as; empty when it leaves that to the token
 * @param token as sent and not yet checked; never to be logged
 */
record BearerResponse(Optional<String> authzid, String token) {
  /** Octets; fits into the line of RFC 4954 section 4 when in base64. */
  static final int MAX_OCTETS = 8192;

  /**
   * The gs2-header of RFC 5801 section 4 without channel binding, and the pairs of RFC 7628:
   * bounded, as the matcher's stack grows with each repetition of a group.
   */
  private static final Pattern MESSAGE =
      Pattern.compile(
          "[ny],(?:a=((?:[^,=\\x00\\x01]++|=2C|=3D){1,64}+))?,\\x01((?:[A-Za-z]+=[^\\x00\\x01]*+\\x01){0,16}+)\\x01");

  private static final Pattern AUTH =
      Pattern.compile("(?i:auth=bearer) +([A-Za-z0-9._~+/-]+=*)"); // RFC 6750 section 2.1: b64token

  /** Empty when the message is malformed, too long or carries not exactly one bearer token. */
  static Optional<BearerResponse> parse(byte[] octets) {
    if (octets.length > MAX_OCTETS) {
      return Optional.empty();
    }
    return Sasl.utf8(octets, 0, octets.length).flatMap(BearerResponse::parse);
  }

  private static Optional<BearerResponse> parse(String message) {
    Matcher matcher = MESSAGE.matcher(message);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String token = null;
    for (String pair : matcher.group(2).split("\u0001")) {
      if (pair.regionMatches(true, 0, "auth=", 0, 5)) {
        Matcher auth = AUTH.matcher(pair);
        if (token != null || !auth.matches()) {
          return Optional.empty();
        }
        token = auth.group(1);
      }
    }
    Optional<String> authzid =
        Optional.ofNullable(matcher.group(1)).map(a -> a.replace("=2C", ",").replace("=3D", "="));
    return Optional.ofNullable(token).map(t -> new BearerResponse(authzid, t));
  }

  @Override
  public String toString() {
    return "BearerResponse" + authzid; // no secrets in logs
  }
}

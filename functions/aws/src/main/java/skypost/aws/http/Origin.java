package skypost.aws.http;

import java.util.Locale;
import software.amazon.awssdk.http.SdkHttpRequest;

/** Where connections lead. */
record Origin(boolean tls, String host, int port) {
  static Origin of(SdkHttpRequest request) {
    boolean tls = request.protocol().equalsIgnoreCase("https");
    return new Origin(tls, request.host().toLowerCase(Locale.ROOT), request.port());
  }

  /** The header Host (RFC 9110 section 7.2). */
  String name() {
    return port == (tls ? 443 : 80) ? host : host + ":" + port;
  }
}

package skypost.mail.tls;

import java.security.cert.X509Certificate;
import javax.net.ssl.X509TrustManager;

/** A client that trusts everybody, for it only wants to see what it is shown. */
final class Anybody implements X509TrustManager {
  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) {}

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) {}

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}

package skypost.protocol.net;

/**
 * What was negotiated.
 *
 * @param protocol such as {@code TLSv1.3}
 * @param cipher such as {@code TLS_AES_128_GCM_SHA256}
 */
public record TlsInfo(String protocol, String cipher) {
  @Override
  public String toString() {
    return protocol + " " + cipher;
  }
}

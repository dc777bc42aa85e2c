package skypost.protocol.net;

/**
 * What was negotiated.
 *
 * @param protocol such as {@code TLSv1.3}
 * @param cipher such as {@code TLS_AES_128_GCM_SHA256}
 * @param bindable whether a login can be bound to this connection (RFC 9266 section 3)
 */
public record TlsInfo(String protocol, String cipher, boolean bindable) {
  @Override
  public String toString() {
    return protocol + " " + cipher;
  }
}

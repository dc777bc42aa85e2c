package skypost.mail.tlspolicy;

/** What a message's sender wants of TLS (RFC 8689). */
public enum TlsWish {
  /** Nothing: what the destination has published holds. */
  USUAL,
  /** REQUIRETLS: verified TLS all the way, or no delivery (section 2). */
  REQUIRED,
  /** {@code TLS-Required: No}: delivery matters more than what is published (section 3). */
  OPTIONAL
}

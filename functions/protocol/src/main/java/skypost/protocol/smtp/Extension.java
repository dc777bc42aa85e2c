package skypost.protocol.smtp;

/**
 * Extensions that a front may switch on; those that need nobody behind the front (SIZE, PIPELINING
 * …) are always there.
 */
public enum Extension {
  /** BDAT (RFC 3030 section 2). */
  CHUNKING,
  /**
   * {@code BODY=BINARYMIME} (RFC 3030 section 3); needs {@link #CHUNKING}. Binary parts are encoded
   * on their way into the sink (decisions/extensions.md).
   */
  BINARYMIME,
  /** RFC 6531. */
  SMTPUTF8,
  /** RFC 3461: whoever sends the message on must honour NOTIFY, RET, ENVID and ORCPT. */
  DSN,
  /**
   * RFC 8689: offered within TLS alone. Whoever sends the message on must keep to section 4.2, or
   * the sender was promised what nobody does.
   */
  REQUIRETLS,
  /** RFC 9422: how much a session may take, told beforehand. */
  LIMITS
}

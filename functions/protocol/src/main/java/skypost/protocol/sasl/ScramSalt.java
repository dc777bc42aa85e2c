package skypost.protocol.sasl;

/**
 * What a client needs to make its keys of its password (RFC 5802 section 3). Told to whoever asks:
 * it is no secret.
 *
 * @param salt in base64
 * @param iterations of PBKDF2; at least 4096 (RFC 7677 section 4)
 */
public record ScramSalt(String salt, int iterations) {}

package skypost.protocol.sasl;

/**
 * What a client says to prove that it knows the password. It holds no secret: to be checked it
 * needs the stored key, and it is worth nothing under another nonce.
 *
 * @param username as the client gave it, decoded
 * @param authMessage RFC 5802 section 3: the exchange so far, without the proof
 * @param proof the ClientProof in base64
 */
public record ScramProof(String username, String authMessage, String proof) {}

package skypost.protocol.sasl;

import skypost.protocol.address.EmailAddress;

/**
 * A proof was right.
 *
 * @param user the user's canonical address
 * @param serverSignature our own proof to the client, in base64 (RFC 5802 section 3)
 */
public record ScramLogin(EmailAddress user, String serverSignature) {}

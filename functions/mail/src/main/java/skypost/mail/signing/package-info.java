/**
 * The keys that our domains sign with (RFC 6376, RFC 8463): made in pairs of rsa-2048 and ed25519,
 * changed with an overlap, private halves kept encrypted. How a signature is made is in {@code
 * skypost.mail.auth.dkim}; which message is signed, in {@code skypost.mail.send}.
 *
 * <p>A private key leaves {@link skypost.mail.signing.KeyVault} in the program that signs and
 * nowhere else.
 */
package skypost.mail.signing;

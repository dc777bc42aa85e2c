/**
 * DomainKeys Identified Mail (RFC 6376), verifying and signing: rsa-sha256 and ed25519-sha256 (RFC
 * 8463), keys as RFC 8301 wants them. Both ways prepare header and body by the same code. Who signs
 * what, and where keys come from, is decided in {@code skypost.mail.signing}.
 *
 * <p>What RFC 6376 calls PERMFAIL is {@code permerror} where a signature or its key cannot be used
 * (sections 6.1.1 and 6.1.2), and {@code fail} where it does not fit the message (section 6.1.3) or
 * leaves From unsigned. A signature that fits but is not good enough for us is {@code policy}.
 */
package skypost.mail.auth.dkim;

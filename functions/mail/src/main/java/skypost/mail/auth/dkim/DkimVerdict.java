package skypost.mail.auth.dkim;

/**
 * A result, and whose signature it is about.
 *
 * @param domain the signer's (d=), canonical; empty where it cannot be read
 * @param selector of the key (s=); empty where it cannot be read
 * @param algorithm such as {@code rsa-sha256}; empty where it cannot be read
 */
public record DkimVerdict(DkimResult result, String domain, String selector, String algorithm) {}

package skypost.mail.auth.spf;

/**
 * A result, and what it is about.
 *
 * @param result what came of it
 * @param domain the domain that was checked, in lower-case A-labels; as it came where it is none
 * @param helo whether it is the HELO name's, because the sender was null
 */
public record SpfVerdict(SpfResult result, String domain, boolean helo) {}

package skypost.mail.sieve.message;

/**
 * An address in a header field.
 *
 * @param local the local part without quotes; the whole where it is malformed
 * @param domain empty where it is malformed
 */
public record MailAddress(String local, String domain) {
  /** As {@code :all} compares it (RFC 5228 section 2.7.4). */
  public String all() {
    return domain.isEmpty() ? local : local + '@' + domain;
  }

  /** Whether it has a local part and a domain. */
  public boolean isValid() {
    return !domain.isEmpty() && !local.isEmpty();
  }
}

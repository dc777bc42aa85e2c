package skypost.mail.dns;

/** What a check of a domain's own records asks of the DNS besides {@link Lookups}. */
public interface PublishedRecords extends Lookups {
  /** The targets of the CNAME records of a name, in lower case. */
  Found<String> aliases(String name);

  /** The SRV records of a name. */
  Found<Service> services(String name);

  /**
   * Where a service is (RFC 2782).
   *
   * @param target in lower case; empty: the service is not offered
   */
  record Service(int port, String target) {}
}

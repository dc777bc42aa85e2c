package skypost.mail.guidance;

/**
 * A record to be published.
 *
 * @param purpose what it is for
 * @param name where, in lower-case A-labels without a dot at the end
 * @param type of the record
 * @param data as in a zone file, names with a dot at the end; of TXT the text itself, unquoted
 * @param why for a person
 */
public record AdvisedRecord(Purpose purpose, String name, Type type, String data, String why) {
  /** Types of records that are advised. */
  public enum Type {
    MX,
    TXT,
    SRV
  }

  /** What a record is for. */
  public enum Purpose {
    /** Mail comes to us. */
    MX,
    /** Our addresses may send for the domain. */
    SPF,
    /** The same for our own name, which stands for reports without a sender. */
    HELO_SPF,
    /** Our signatures can be verified. */
    DKIM,
    /** What is to be done with mail that is not the domain's. */
    DMARC,
    /** Senders use TLS, with a certificate that is right. */
    MTA_STS,
    /** Somebody hears when they cannot. */
    TLS_RPT,
    /** Mail programs find their servers. */
    CLIENTS,
    /** The addresses that mail leaves from have a name; no record of the domain. */
    REVERSE
  }
}

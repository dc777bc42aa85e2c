package skypost.mail.authorize;

import java.util.List;
import skypost.mail.directory.Domain;
import skypost.protocol.address.EmailAddress;

/** Asks a relay domain's primary about recipients, without sending anything (call-ahead). */
@FunctionalInterface
public interface RecipientProbe {
  /** What the primary says of a recipient. */
  enum Finding {
    /** It would take mail for it. */
    EXISTS,
    /** It knows no such recipient, and that will not change by waiting. */
    UNKNOWN,
    /** It did not say: it put us off, or refused for another reason than the address. */
    UNDECIDED,
    /** Nobody was there to be asked. */
    UNREACHABLE
  }

  /**
   * Asks within a few seconds; faults are findings.
   *
   * @param domain a relay domain
   * @param recipients of that domain, at least one
   * @return one for each recipient, in order
   */
  List<Finding> ask(Domain domain, List<EmailAddress> recipients);
}

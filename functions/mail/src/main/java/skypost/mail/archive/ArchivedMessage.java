package skypost.mail.archive;

import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/**
 * A message in an archive, as far as the archive tells of it.
 *
 * @param folder where it lies; empty when that is not said
 * @param flags IMAP flags
 * @param date when it was received; empty when that is not said
 * @param sender the reverse-path; empty when there is none, or that is not said
 * @param hasResults whether it is said to have what was found out about the sender among the
 *     headers of final delivery; an mbox says that in the header
 * @param content its octets, valid until the next message is asked for; with whatever ends lines
 */
public record ArchivedMessage(
    Optional<String> folder,
    List<String> flags,
    Optional<Instant> date,
    Optional<EmailAddress> sender,
    boolean hasResults,
    InputStream content) {
  public ArchivedMessage {
    flags = List.copyOf(flags);
  }
}

package skypost.mail.archive;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/**
 * A message on its way into an archive.
 *
 * @param id names its file
 * @param flags IMAP flags (RFC 3501 section 2.3.2)
 * @param date when it was received (INTERNALDATE)
 * @param sender the reverse-path; empty for the null one
 * @param delivery the headers of final delivery, lines ended by LF
 * @param hasResults whether what was found out about the sender is the last of them
 * @param raw the message as it was received, lines ended by LF
 */
public record KeptMessage(
    MessageId id,
    List<String> flags,
    Instant date,
    Optional<EmailAddress> sender,
    byte[] delivery,
    boolean hasResults,
    Octets raw) {
  public KeptMessage {
    flags = List.copyOf(flags);
  }
}

package skypost.mail.receive;

import java.util.List;
import skypost.mail.message.Envelope.Recipient;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/**
 * Where the recipients of an envelope lead to, each destination once.
 *
 * @param local mailboxes
 * @param remote addresses of other servers
 * @param failed recipients that lead nowhere
 */
record Resolution(List<Local> local, List<Remote> remote, List<Failed> failed) {
  Resolution {
    local = List.copyOf(local);
    remote = List.copyOf(remote);
    failed = List.copyOf(failed);
  }

  /** A mailbox and the recipient that first led to it. */
  record Local(Recipient given, EmailAddress user) {}

  /** An address elsewhere and the recipient that first led to it. */
  record Remote(Recipient given, EmailAddress address) {}

  /** A recipient that cannot be delivered to. */
  record Failed(Recipient given, EmailAddress address, SmtpReply reply) {}
}

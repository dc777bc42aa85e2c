package skypost.mail.receive;

import java.util.List;
import java.util.Optional;
import skypost.mail.directory.MailboxRules;
import skypost.mail.message.Envelope.Recipient;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/**
 * Where the recipients of an envelope lead to, each destination once.
 *
 * @param local mailboxes
 * @param remote addresses of other servers
 * @param read recipients whose mail was read as a report on a domain
 * @param failed recipients that lead nowhere
 */
record Resolution(
    List<Local> local, List<Remote> remote, List<Recipient> read, List<Failed> failed) {
  Resolution {
    local = List.copyOf(local);
    remote = List.copyOf(remote);
    read = List.copyOf(read);
    failed = List.copyOf(failed);
  }

  /**
   * A mailbox.
   *
   * @param given the recipient that first led to it
   * @param user whose it is
   * @param filter the version of the user's filter; empty: there is none
   * @param rules of the mailbox: how long its folders keep messages, and the domain's quota
   */
  record Local(Recipient given, EmailAddress user, Optional<String> filter, MailboxRules rules) {}

  /**
   * An address elsewhere.
   *
   * @param given the recipient that first led to it
   * @param address where to
   * @param forwarder the domain of the alias that leads there; empty for the recipient himself
   */
  record Remote(Recipient given, EmailAddress address, Optional<String> forwarder) {}

  /** A recipient that cannot be delivered to. */
  record Failed(Recipient given, EmailAddress address, SmtpReply reply) {}
}

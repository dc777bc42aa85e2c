package skypost.pop3;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import skypost.mail.mailbox.BodyHolders;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;

/**
 * Deletes the bodies of messages that have left a mailbox and that nobody else needs. A fault leaves a body behind, which
 * costs its storage and harms nobody; so it is logged and not the client's trouble.
 */
final class FreedBodies {
  private final EmailAddress user;
  private final BodyHolders holders;
  private final StoredMessages messages;

  FreedBodies(EmailAddress user, BodyHolders holders, StoredMessages messages) {
    this.user = user;
    this.holders = holders;
    this.messages = messages;
  }

  void free(List<MailboxMessage> removed) {
    List<MessageId> unneeded = new ArrayList<>();
    for (MailboxMessage message : removed) {
      if (isUnneeded(message)) {
        unneeded.add(message.id());
      }
    }
    if (unneeded.isEmpty()) {
      return;
    }
    try {
      messages.delete(unneeded);
    } catch (IOException | RuntimeException fault) {
      EventLog.error("bodies-left").with("user", user).with("ids", unneeded).cause(fault).write();
    }
  }

  private boolean isUnneeded(MailboxMessage message) {
    if (!message.shared()) {
      return true; // a body with one holder goes with its entry
    }
    try {
      return holders.release(message.id(), user.toString());
    } catch (IOException | RuntimeException fault) {
      EventLog.error("holder-left").with("user", user).with("id", message.id()).cause(fault).write();
      return false;
    }
  }
}

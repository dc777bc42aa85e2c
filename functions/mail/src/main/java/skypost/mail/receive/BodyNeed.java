package skypost.mail.receive;

import java.io.IOException;
import java.util.List;
import skypost.mail.mailbox.BodyHolders;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.protocol.address.EmailAddress;

/** Who needs the body of a message that is being dealt with: when nobody does, it goes. */
final class BodyNeed {
  private final MessageId id;
  private final BodyHolders holders;
  private final boolean isShared;
  private boolean isKept;
  private boolean nobodyLeft;

  private BodyNeed(MessageId id, BodyHolders holders, boolean isShared) {
    this.id = id;
    this.holders = holders;
    this.isShared = isShared;
  }

  /** Registers its holders, where there is more than one. */
  static BodyNeed of(MessageId id, List<String> names, BodyHolders holders) throws IOException {
    boolean isShared = names.size() > 1;
    if (isShared) {
      holders.hold(id, names);
    }
    return new BodyNeed(id, holders, isShared);
  }

  /** Whether holders are registered, each of whom releases it. */
  boolean isShared() {
    return isShared;
  }

  /** A mailbox or the queue has it. */
  void keep() {
    isKept = true;
  }

  /**
   * A user who was registered as a holder, and does not need the body after all. The body itself
   * stays until the receipt is written: without it a repeated run could not go on.
   */
  void letGo(EmailAddress user) throws IOException {
    if (isShared && holders.release(id, user.toString())) {
      nobodyLeft = true;
    }
  }

  /** Deletes a body that nobody needs, when everything else is done. */
  void settle(StoredMessages messages) throws IOException {
    if (!isKept || nobodyLeft) {
      messages.delete(List.of(id));
    }
  }
}

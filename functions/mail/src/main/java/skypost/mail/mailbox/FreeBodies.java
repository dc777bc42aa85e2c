package skypost.mail.mailbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;

/** Deletes the bodies that nobody needs any more. */
public final class FreeBodies {
  private static final int BATCH = 500;

  private final BodyHolders holders;
  private final StoredMessages messages;

  public FreeBodies(BodyHolders holders, StoredMessages messages) {
    this.holders = holders;
    this.messages = messages;
  }

  /** Frees what a holder had, as it tells. */
  public Batch heldBy(String holder) {
    return new Batch(holder);
  }

  /** Frees one body. */
  public void free(MessageId id, boolean shared, String holder) throws IOException {
    if (!shared || holders.release(id, holder)) {
      messages.delete(List.of(id));
    }
  }

  /** Bodies of one holder, deleted many at a time; the rest when it is closed. */
  public final class Batch implements AutoCloseable {
    private final String holder;
    private final List<MessageId> doomed = new ArrayList<>();

    private Batch(String holder) {
      this.holder = holder;
    }

    /**
     * The holder has given up a message. @throws UncheckedIOException when it is not known to be
     * freed
     */
    public void add(MailboxMessage gone) {
      try {
        if (!gone.shared() || holders.release(gone.id(), holder)) {
          doomed.add(gone.id());
        }
        if (doomed.size() == BATCH) {
          close();
        }
      } catch (IOException fault) {
        throw new UncheckedIOException(fault);
      }
    }

    @Override
    public void close() throws IOException {
      if (!doomed.isEmpty()) {
        messages.delete(doomed);
        doomed.clear();
      }
    }
  }
}

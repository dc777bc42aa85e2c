package skypost.mail.sieve.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import skypost.mail.sieve.grammar.Position;
import skypost.mail.sieve.message.Message;
import skypost.mail.sieve.message.MessageView;
import skypost.mail.sieve.message.Names;
import skypost.mail.sieve.run.RunResult.Executed;

/** The actions that a run has come to so far, and whether they go together. */
final class Ledger {
  private final MessageView view;
  private final Memory memory;
  private final String messageId;
  private final Set<String> mailboxes = new HashSet<>();
  private final List<Executed> actions = new ArrayList<>();
  private final List<Memory.Mark> marks = new ArrayList<>();
  private boolean implicitKeep = true;

  Ledger(MessageView view, Situation situation, Memory memory) {
    this.view = view;
    this.memory = memory;
    this.messageId = situation.host().messageId();
    situation.mailboxes().forEach(name -> mailboxes.add(Names.mailbox(name)));
    mailboxes.add(Names.mailbox("INBOX")); // there always is one
  }

  boolean hasMailbox(String name) {
    return mailboxes.contains(Names.mailbox(name));
  }

  boolean remembers(String key) throws IOException {
    return memory.remembers(key, messageId);
  }

  void mark(Memory.Mark mark) {
    marks.add(mark);
  }

  List<Memory.Mark> marks() {
    return marks;
  }

  /** RFC 5228 section 2.10.2: what cancels the keep that is done where nothing else is. */
  void cancelImplicitKeep() {
    implicitKeep = false;
  }

  /**
   * Files the message; to a mailbox it is filed once (RFC 5228 section 2.10.3), the last flags
   * count.
   */
  void file(Position at, Action filing) {
    Optional<String> mailbox = filing.filesTo();
    for (int i = 0; i < actions.size(); i++) {
      if (actions.get(i).action().filesTo().equals(mailbox)) {
        actions.set(i, new Executed(again(actions.get(i).action(), filing), view.message()));
        return;
      }
    }
    add(at, filing);
    mailbox.ifPresent(mailboxes::add);
  }

  private static Action again(Action first, Action second) {
    List<String> flags =
        switch (second) {
          case Action.Keep keep -> keep.flags();
          case Action.FileInto into -> into.flags();
          case Action other -> List.of();
        };
    return first instanceof Action.FileInto(String mailbox, boolean create, List<String> _)
        ? new Action.FileInto(mailbox, create, flags)
        : new Action.Keep(flags);
  }

  void redirect(Position at, Action.Redirect redirect) {
    if (has(redirect)) {
      return; // RFC 5228 section 2.10.3
    }
    long before = actions.stream().filter(one -> one.action() instanceof Action.Redirect).count();
    if (before >= Limits.REDIRECTS) {
      throw new RunException(at, "more than " + Limits.REDIRECTS + " redirects");
    }
    add(at, redirect);
  }

  void discard(Position at) {
    if (!has(new Action.Discard())) {
      add(at, new Action.Discard());
    }
  }

  void reject(Position at, Action.Reject reject) {
    add(at, reject);
  }

  void vacation(Position at, Action.Vacation vacation) {
    add(at, vacation);
  }

  private boolean has(Action action) {
    return actions.stream().anyMatch(one -> one.action().equals(action));
  }

  private void add(Position at, Action action) {
    if (actions.size() >= Limits.ACTIONS) {
      throw new RunException(at, "more than " + Limits.ACTIONS + " actions");
    }
    checkTogether(at, action);
    actions.add(new Executed(action, view.message()));
  }

  /** RFC 5429 section 2.4: who refuses a message neither keeps it, nor sends it on, nor replies. */
  private void checkTogether(Position at, Action action) {
    for (Executed before : actions) {
      if (contradict(action, before.action()) || contradict(before.action(), action)) {
        throw new RunException(
            at, "a message that is rejected cannot be kept, sent on or answered");
      }
    }
  }

  private static boolean contradict(Action one, Action other) {
    return one instanceof Action.Reject && !(other instanceof Action.Discard);
  }

  /** All actions, with the implicit keep where it was not cancelled. */
  List<Executed> close(Message message, List<String> flags) {
    boolean kept =
        actions.stream().anyMatch(one -> one.action().filesTo().equals(Optional.of("INBOX")));
    if (implicitKeep && !kept) {
      actions.add(new Executed(new Action.Keep(flags), message, true));
    }
    return List.copyOf(actions);
  }
}

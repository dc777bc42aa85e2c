package skypost.protocol.pop3;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import skypost.protocol.pop3.Maildrop.Message;
import skypost.protocol.pop3.Pop3Action.Answer;
import skypost.protocol.pop3.Pop3Action.AnswerLines;
import skypost.protocol.pop3.Pop3Action.Close;
import skypost.protocol.pop3.Pop3Command.Auth;
import skypost.protocol.pop3.Pop3Command.Capa;
import skypost.protocol.pop3.Pop3Command.Dele;
import skypost.protocol.pop3.Pop3Command.Noop;
import skypost.protocol.pop3.Pop3Command.OfMessage;
import skypost.protocol.pop3.Pop3Command.OfTransaction;
import skypost.protocol.pop3.Pop3Command.Pass;
import skypost.protocol.pop3.Pop3Command.Quit;
import skypost.protocol.pop3.Pop3Command.Retr;
import skypost.protocol.pop3.Pop3Command.Rset;
import skypost.protocol.pop3.Pop3Command.Stat;
import skypost.protocol.pop3.Pop3Command.Stls;
import skypost.protocol.pop3.Pop3Command.Top;
import skypost.protocol.pop3.Pop3Command.Uidl;
import skypost.protocol.pop3.Pop3Command.User;
import skypost.protocol.pop3.Pop3State.Authorization;
import skypost.protocol.pop3.Pop3State.Channel;
import skypost.protocol.pop3.Pop3State.Transaction;
import skypost.protocol.pop3.Pop3State.Update;
import skypost.protocol.sasl.Sasl;

/**
 * The decisions of a session, as pure steps: from a state and a command to the next state and what
 * to do.
 */
final class Pop3Session {
  /**
   * Wrong passwords in one connection; the client may connect again, at the price of a handshake.
   */
  static final int MAX_FAILED_LOGINS = 3;

  private Pop3Session() {}

  /** A state and what to do before the next command is read. */
  record Step(Pop3State next, Pop3Action action) {}

  static Authorization start(Channel channel) {
    return new Authorization(channel, Optional.empty(), 0);
  }

  static Step step(Pop3State state, Pop3Command command) {
    return switch (state) {
      case Authorization authorization -> authorize(authorization, command);
      case Transaction transaction -> transact(transaction, command);
      case Update update -> throw new IllegalStateException("no commands in the update state");
    };
  }

  // ---- authorization

  private static Step authorize(Authorization state, Pop3Command command) {
    return switch (command) {
      case User user when !state.channel().allowsPasswords() -> refusedInClear(state);
      case User user -> new Step(state.named(user.name()), answer(Pop3Reply.ok("send PASS")));
      case Pass pass when !state.channel().allowsPasswords() -> refusedInClear(state);
      case Pass pass when state.username().isEmpty() -> err(state, "send USER first");
      case Pass pass ->
          new Step(state.unnamed(), new Pop3Action.Login(state.username().get(), pass.password()));
      case Auth auth -> authenticate(state, auth);
      case Stls stls when state.channel().encrypted() ->
          err(state, "TLS is on already"); // RFC 2595 section 4
      case Stls stls when !state.channel().upgradable() -> err(state, "TLS is not available");
      case Stls stls -> new Step(state, new Pop3Action.StartTls(Pop3Reply.ok("begin TLS")));
      case Capa capa -> new Step(state, capabilities(state.channel(), true));
      case Quit quit ->
          new Step(
              state,
              new Close(Pop3Reply.ok("Skypost signing off"))); // RFC 1939 section 4: no update
      case OfTransaction other -> err(state, "log in first");
    };
  }

  private static Step authenticate(Authorization state, Auth auth) {
    if (auth.mechanism().isEmpty()) {
      // older than RFC 5034, and still asked by some clients instead of CAPA
      return new Step(
          state, new AnswerLines(Pop3Reply.ok("mechanisms follow"), state.channel().mechanisms()));
    }
    Optional<Sasl> mechanism = Sasl.named(auth.mechanism().get());
    if (mechanism.isPresent() && !state.channel().allowsPasswords()) {
      return refusedInClear(state);
    }
    return mechanism
        .filter(known -> state.channel().mechanisms().contains(known.mechanism()))
        .map(known -> new Step(state.unnamed(), new Pop3Action.Authenticate(known, auth.initial())))
        .orElseGet(() -> err(state, "unknown mechanism"));
  }

  private static Step refusedInClear(Authorization state) {
    String remedy = state.channel().upgradable() ? "needs STLS" : "needs TLS";
    return new Step(
        state, answer(Pop3Reply.err(Pop3Reply.Code.AUTH, "a password " + remedy + " here")));
  }

  /** After STLS. RFC 2595 section 4: what the client said before TLS does not count. */
  static Authorization secured(Authorization state, boolean bindable) {
    return start(state.channel().secured(bindable));
  }

  /** After a login that was granted. */
  static Step loggedIn(Authorization state, Maildrop.Totals totals) {
    Transaction next =
        new Transaction(state.channel(), totals, Optional.empty(), Deletions.NONE, false);
    return new Step(next, answer(Pop3Reply.ok(count(totals) + " in the maildrop")));
  }

  /** After a login that was refused, or an exchange that failed. */
  static Step loginRefused(Authorization state) {
    Authorization next = state.refused();
    Pop3Reply reply = Pop3Reply.err(Pop3Reply.Code.AUTH, "wrong name or password"); // RFC 3206
    return new Step(
        next, next.failedLogins() >= MAX_FAILED_LOGINS ? new Close(reply) : answer(reply));
  }

  // ---- transaction

  private static Step transact(Transaction state, Pop3Command command) {
    return switch (command) {
      case Stat stat -> {
        long messages = state.totals().messages() - state.deletions().count();
        long octets = state.totals().octets() - state.deletions().octets();
        yield new Step(state, answer(Pop3Reply.ok(messages + " " + octets))); // RFC 1939 section 5
      }
      case Noop noop -> new Step(state, answer(Pop3Reply.ok("")));
      case Rset rset ->
          new Step(state.deleting(Deletions.NONE), answer(Pop3Reply.ok(count(state.totals()))));
      case Pop3Command.List list ->
          list(state, list.number(), message -> Long.toString(message.octets()));
      case Uidl uidl -> list(state, uidl.number(), Message::uniqueId);
      case OfMessage ofMessage -> message(state, ofMessage);
      case Capa capa -> new Step(state, capabilities(state.channel(), false));
      case Quit quit -> quit(state);
      case User user -> loggedInAlready(state);
      case Pass pass -> loggedInAlready(state);
      case Auth auth -> loggedInAlready(state);
      case Stls stls -> err(state, "too late for STLS"); // RFC 2595 section 4: only before login
    };
  }

  private static Step loggedInAlready(Transaction state) {
    return err(state, "you are logged in");
  }

  private static Step list(
      Transaction state, Optional<Integer> number, Function<Message, String> column) {
    if (state.messages().isEmpty()) {
      return new Step(state, new Pop3Action.ListFirst());
    }
    Function<Message, String> line = message -> message.number() + " " + column.apply(message);
    if (number.isPresent()) {
      return find(state, number.get())
          .map(message -> new Step(state, answer(Pop3Reply.ok(line.apply(message)))))
          .orElseGet(() -> noSuchMessage(state, number.get()));
    }
    Iterable<String> lines =
        () ->
            state.messages().get().stream()
                .filter(m -> !state.deletions().contains(m))
                .map(line)
                .iterator();
    int left = state.messages().get().size() - state.deletions().count();
    return new Step(
        state, new AnswerLines(Pop3Reply.ok(left + (left == 1 ? " message" : " messages")), lines));
  }

  private static Step message(Transaction state, OfMessage command) {
    if (state.messages().isEmpty()) {
      return new Step(state, new Pop3Action.ListFirst());
    }
    Optional<Message> found = find(state, command.number());
    if (found.isEmpty()) {
      return noSuchMessage(
          state, command.number()); // RFC 1939 section 5: also for RETR of a deleted message
    }
    if (!state.held()) {
      return new Step(state, new Pop3Action.HoldFirst());
    }
    Message message = found.get();
    return switch (command) {
      case Retr retr -> new Step(state, new Pop3Action.Send(message, Optional.empty()));
      case Top top -> new Step(state, new Pop3Action.Send(message, Optional.of(top.lines())));
      case Dele dele ->
          new Step(
              state.deleting(state.deletions().with(message)),
              answer(Pop3Reply.ok("message " + message.number() + " deleted")));
    };
  }

  private static Optional<Message> find(Transaction state, int number) {
    List<Message> messages = state.messages().orElseThrow();
    return number >= 1 && number <= messages.size()
        ? Optional.of(messages.get(number - 1))
            .filter(message -> !state.deletions().contains(message))
        : Optional.empty();
  }

  private static Step noSuchMessage(Transaction state, int number) {
    boolean deleted = number >= 1 && number <= state.messages().orElseThrow().size();
    return err(state, deleted ? "message " + number + " is deleted" : "no such message");
  }

  private static Step quit(Transaction state) {
    int left = state.totals().messages() - state.deletions().count();
    List<Message> deleted = state.deletions().of(state.messages().orElse(List.of()));
    return new Step(new Update(state.channel(), deleted, left), new Pop3Action.Commit());
  }

  /** After a hold that was refused: the message stays untouched, and the client may ask again. */
  static Step inUse(Pop3State state) {
    return new Step(
        state,
        answer(
            Pop3Reply.err(
                Pop3Reply.Code.IN_USE,
                "another session has this maildrop"))); // RFC 2449 section 8.1.2
  }

  /** When the hold ran out and another session took it: what was marked as deleted stays. */
  static Step holdLost(Pop3State state) {
    return new Step(
        state,
        new Close(
            Pop3Reply.err(Pop3Reply.Code.IN_USE, "another session has taken this maildrop over")));
  }

  /**
   * When the view of the maildrop is no longer true: the numbers mean nothing any more, so the
   * session ends.
   */
  static Step overtaken(Pop3State state) {
    return new Step(
        state, new Close(Pop3Reply.err("messages were removed by another session; log in again")));
  }

  // ---- update

  /** RFC 1939 section 6: what QUIT answers after the update. */
  static Step updated(Update state, boolean removed) {
    Pop3Reply reply =
        removed
            ? Pop3Reply.ok("Skypost signing off, " + count(state.remaining()) + " left")
            : Pop3Reply.err(Pop3Reply.Code.SYS_TEMP, "some deleted messages not removed");
    return new Step(state, new Close(reply));
  }

  // ---- both

  private static AnswerLines capabilities(Channel channel, boolean beforeLogin) {
    List<String> lines = new ArrayList<>(List.of("TOP", "UIDL"));
    if (channel.allowsPasswords()) {
      lines.add("USER");
      lines.add("SASL " + String.join(" ", channel.mechanisms())); // RFC 5034 section 3
    }
    lines.addAll(List.of("RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "EXPIRE NEVER"));
    if (beforeLogin && channel.offersStls()) {
      lines.add("STLS"); // RFC 2595 section 4
    }
    lines.add("IMPLEMENTATION Skypost");
    return new AnswerLines(Pop3Reply.ok("capabilities follow"), lines);
  }

  private static String count(Maildrop.Totals totals) {
    return count(totals.messages()) + " (" + totals.octets() + " octets)";
  }

  private static String count(int messages) {
    return messages + (messages == 1 ? " message" : " messages");
  }

  private static Step err(Pop3State state, String text) {
    return new Step(state, answer(Pop3Reply.err(text)));
  }

  private static Answer answer(Pop3Reply reply) {
    return new Answer(reply);
  }
}

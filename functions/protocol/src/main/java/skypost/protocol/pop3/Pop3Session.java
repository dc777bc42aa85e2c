package skypost.protocol.pop3;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import skypost.protocol.pop3.Maildrop.Message;
import skypost.protocol.pop3.Pop3Action.Answer;
import skypost.protocol.pop3.Pop3Action.AnswerLines;
import skypost.protocol.pop3.Pop3Action.Close;
import skypost.protocol.pop3.Pop3Command.Auth;
import skypost.protocol.pop3.Pop3Command.Capa;
import skypost.protocol.pop3.Pop3Command.Dele;
import skypost.protocol.pop3.Pop3Command.Lang;
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
import skypost.protocol.pop3.Pop3Command.Utf8;
import skypost.protocol.pop3.Pop3State.Authorization;
import skypost.protocol.pop3.Pop3State.Channel;
import skypost.protocol.pop3.Pop3State.Speech;
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
      case User user -> new Step(state.named(user.name()), answer(Pop3Reply.ok(Phrase.SEND_PASS)));
      case Pass pass when !state.channel().allowsPasswords() -> refusedInClear(state);
      case Pass pass when state.username().isEmpty() -> err(state, Phrase.SEND_USER);
      case Pass pass ->
          new Step(state.unnamed(), new Pop3Action.Login(state.username().get(), pass.password()));
      case Auth auth -> authenticate(state, auth);
      case Stls stls when state.channel().encrypted() ->
          err(state, Phrase.TLS_ON); // RFC 2595 section 4
      case Stls stls when !state.channel().upgradable() -> err(state, Phrase.NO_TLS);
      case Stls stls -> new Step(state, new Pop3Action.StartTls(Pop3Reply.ok(Phrase.BEGIN_TLS)));
      case Capa capa -> new Step(state, capabilities(state.channel(), "0 USER"));
      case Utf8 utf8 -> {
        Speech speech = state.channel().speech().withUtf8();
        yield new Step(state.speaking(speech), answer(Pop3Reply.ok(Phrase.UTF8_ON)));
      }
      case Lang lang -> language(state, lang, state::speaking);
      case Quit quit ->
          new Step(
              state, new Close(Pop3Reply.ok(Phrase.SIGNING_OFF))); // RFC 1939 section 4: no update
      case OfTransaction other -> err(state, Phrase.LOG_IN_FIRST);
    };
  }

  private static Step authenticate(Authorization state, Auth auth) {
    if (auth.mechanism().isEmpty()) {
      // older than RFC 5034, and still asked by some clients instead of CAPA
      return new Step(
          state, new AnswerLines(Pop3Reply.ok(Phrase.MECHANISMS), state.channel().mechanisms()));
    }
    Optional<Sasl> mechanism = Sasl.named(auth.mechanism().get());
    if (mechanism.isPresent() && !state.channel().allowsPasswords()) {
      return refusedInClear(state);
    }
    return mechanism
        .filter(known -> state.channel().mechanisms().contains(known.mechanism()))
        .map(known -> new Step(state.unnamed(), new Pop3Action.Authenticate(known, auth.initial())))
        .orElseGet(() -> err(state, Phrase.UNKNOWN_MECHANISM));
  }

  private static Step refusedInClear(Authorization state) {
    Phrase remedy = state.channel().upgradable() ? Phrase.NEEDS_STLS : Phrase.NEEDS_TLS;
    return new Step(state, answer(Pop3Reply.err(Pop3Reply.Code.AUTH, remedy)));
  }

  /** After STLS. RFC 2595 section 4: what the client said before TLS does not count. */
  static Authorization secured(Authorization state, boolean bindable) {
    return start(state.channel().secured(bindable));
  }

  /** After a login that was granted. */
  static Step loggedIn(Authorization state, Maildrop maildrop) {
    Maildrop.Totals totals = maildrop.totals();
    Transaction next =
        new Transaction(
            state.channel(),
            totals,
            Optional.empty(),
            Deletions.NONE,
            false,
            maildrop.deletesRetrieved());
    return new Step(
        next, answer(Pop3Reply.ok(Phrase.IN_MAILDROP, totals.messages(), totals.octets())));
  }

  /** After a login that was refused, or an exchange that failed. */
  static Step loginRefused(Authorization state) {
    Authorization next = state.refused();
    Pop3Reply reply = Pop3Reply.err(Pop3Reply.Code.AUTH, Phrase.WRONG_LOGIN); // RFC 3206
    return new Step(
        next, next.failedLogins() >= MAX_FAILED_LOGINS ? new Close(reply) : answer(reply));
  }

  // ---- transaction

  private static Step transact(Transaction state, Pop3Command command) {
    return switch (command) {
      case Stat stat -> {
        long messages = state.totals().messages() - state.deletions().count();
        long octets = state.totals().octets() - state.deletions().octets();
        yield new Step(state, answer(value(messages + " " + octets))); // RFC 1939 section 5
      }
      case Noop noop -> new Step(state, answer(value("")));
      case Rset rset ->
          new Step(
              state.deleting(Deletions.NONE),
              answer(
                  Pop3Reply.ok(Phrase.TOTALS, state.totals().messages(), state.totals().octets())));
      case Pop3Command.List list ->
          list(state, list.number(), message -> Long.toString(message.octets()));
      case Uidl uidl -> list(state, uidl.number(), Message::uniqueId);
      case OfMessage ofMessage -> message(state, ofMessage);
      case Capa capa ->
          new Step(state, capabilities(state.channel(), state.deletesRetrieved() ? "0" : "NEVER"));
      case Lang lang -> language(state, lang, state::speaking);
      case Utf8 utf8 -> err(state, Phrase.UTF8_TOO_LATE); // RFC 6856 section 2.1: before login
      case Quit quit -> quit(state);
      case User user -> loggedInAlready(state);
      case Pass pass -> loggedInAlready(state);
      case Auth auth -> loggedInAlready(state);
      case Stls stls -> err(state, Phrase.STLS_TOO_LATE); // RFC 2595 section 4: only before login
    };
  }

  private static Step loggedInAlready(Transaction state) {
    return err(state, Phrase.LOGGED_IN);
  }

  private static Step list(
      Transaction state, Optional<Integer> number, Function<Message, String> column) {
    if (state.messages().isEmpty()) {
      return new Step(state, new Pop3Action.ListFirst());
    }
    Function<Message, String> line = message -> message.number() + " " + column.apply(message);
    if (number.isPresent()) {
      return find(state, number.get())
          .map(message -> new Step(state, answer(value(line.apply(message)))))
          .orElseGet(() -> noSuchMessage(state, number.get()));
    }
    Iterable<String> lines =
        () ->
            state.messages().get().stream()
                .filter(m -> !state.deletions().contains(m))
                .map(line)
                .iterator();
    int left = state.messages().get().size() - state.deletions().count();
    return new Step(state, new AnswerLines(Pop3Reply.ok(Phrase.LISTED, left), lines));
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
              answer(Pop3Reply.ok(Phrase.DELETED, message.number())));
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
    return deleted ? err(state, Phrase.IS_DELETED, number) : err(state, Phrase.NO_SUCH_MESSAGE);
  }

  private static Step quit(Transaction state) {
    List<Message> deleted = state.deletions().of(state.messages().orElse(List.of()));
    int left = state.totals().messages() - deleted.size();
    return new Step(new Update(state.channel(), deleted, left), new Pop3Action.Commit());
  }

  /** After the whole of a message was sent. */
  static Transaction retrieved(Transaction state, Message message) {
    return state.deletesRetrieved()
        ? state.deleting(state.deletions().withRetrieved(message))
        : state;
  }

  /** After a hold that was refused: the message stays untouched, and the client may ask again. */
  static Step inUse(Pop3State state) {
    return new Step(
        state,
        answer(Pop3Reply.err(Pop3Reply.Code.IN_USE, Phrase.IN_USE))); // RFC 2449 section 8.1.2
  }

  /** When the hold ran out and another session took it: what was marked as deleted stays. */
  static Step holdLost(Pop3State state) {
    return new Step(state, new Close(Pop3Reply.err(Pop3Reply.Code.IN_USE, Phrase.TAKEN_OVER)));
  }

  /**
   * When the view of the maildrop is no longer true: the numbers mean nothing any more, so the
   * session ends.
   */
  static Step overtaken(Pop3State state) {
    return new Step(state, new Close(Pop3Reply.err(Phrase.OVERTAKEN)));
  }

  // ---- update

  /** RFC 1939 section 6: what QUIT answers after the update. */
  static Step updated(Update state, boolean removed) {
    Pop3Reply reply =
        removed
            ? Pop3Reply.ok(Phrase.SIGNING_OFF_LEFT, state.remaining())
            : Pop3Reply.err(Pop3Reply.Code.SYS_TEMP, Phrase.NOT_REMOVED);
    return new Step(state, new Close(reply));
  }

  // ---- both

  /**
   * RFC 6856 section 3: lists the languages, or goes over to one, in which that is said already.
   */
  private static Step language(
      Pop3State state, Lang command, Function<Speech, Pop3State> speaking) {
    if (command.range().isEmpty()) {
      List<String> lines =
          Stream.of(Language.values()).map(each -> each.tag() + " " + each.description()).toList();
      return new Step(state, new AnswerLines(Pop3Reply.ok(Phrase.LANGUAGES), lines));
    }
    return Language.of(command.range().get())
        .map(language ->
            new Step(
                speaking.apply(state.channel().speech().in(language)),
                answer(Pop3Reply.ok(Phrase.LANGUAGE_CHANGED, language.tag()))))
        .orElseGet(() -> err(state, Phrase.NO_SUCH_LANGUAGE));
  }

  /**
   * RFC 2449 section 5.
   *
   * @param expire RFC 2449 section 6.7: how many days a message may stay; before login the least
   *     that any user has, and that it differs from user to user
   */
  private static AnswerLines capabilities(Channel channel, String expire) {
    List<String> lines = new ArrayList<>(List.of("TOP", "UIDL"));
    if (channel.allowsPasswords()) {
      lines.add("USER");
      lines.add("SASL " + String.join(" ", channel.mechanisms())); // RFC 5034 section 3
    }
    lines.addAll(List.of("RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "EXPIRE " + expire));
    // RFC 6856 section 2.2: USER says that USER and PASS take UTF-8, also without UTF8
    lines.add(channel.allowsPasswords() ? "UTF8 USER" : "UTF8");
    lines.add("LANG");
    // RFC 2449 section 6.5: nobody need wait; a poll costs one read unit, to forbid it a write
    lines.add("LOGIN-DELAY 0");
    if (expire.endsWith("USER") && channel.offersStls()) {
      lines.add("STLS"); // RFC 2595 section 4
    }
    lines.add("IMPLEMENTATION Skypost");
    return new AnswerLines(Pop3Reply.ok(Phrase.CAPABILITIES), lines);
  }

  private static Step err(Pop3State state, Phrase phrase, Object... values) {
    return new Step(state, answer(Pop3Reply.err(phrase, values)));
  }

  private static Pop3Reply value(String value) {
    return Pop3Reply.ok(Phrase.VALUE, value);
  }

  private static Answer answer(Pop3Reply reply) {
    return new Answer(reply);
  }
}

package skypost.protocol.pop3;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.net.ssl.SSLException;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;
import skypost.protocol.net.Line;
import skypost.protocol.net.Refusal;
import skypost.protocol.net.TlsInfo;
import skypost.protocol.net.Wire;
import skypost.protocol.pop3.Pop3Action.Answer;
import skypost.protocol.pop3.Pop3Action.AnswerLines;
import skypost.protocol.pop3.Pop3Action.Close;
import skypost.protocol.pop3.Pop3Session.Step;
import skypost.protocol.pop3.Pop3State.Authorization;
import skypost.protocol.pop3.Pop3State.Channel;
import skypost.protocol.pop3.Pop3State.Speech;
import skypost.protocol.pop3.Pop3State.Transaction;
import skypost.protocol.pop3.Pop3State.Update;
import skypost.protocol.sasl.Sasl;

/**
 * One session over one connection: reads commands, does what the steps of {@link Pop3Session} say,
 * answers.
 */
public final class Pop3Connection {
  /** Lines that were no command; a client that sends more is none. */
  static final int MAX_BAD_COMMANDS = 20;

  private final Wire wire;
  private final Pop3Options options;
  private final Pop3Logins logins;
  private final Pop3Monitor monitor;
  private Pop3State state;
  private Optional<Maildrop> maildrop = Optional.empty();
  private String user = "";
  private int badCommands;
  private int sent;
  private int removed;

  private Pop3Connection(Wire wire, Pop3Options options, Pop3Logins logins, Pop3Monitor monitor) {
    this.wire = wire;
    this.options = options;
    this.logins = logins;
    this.monitor = monitor;
    boolean encrypted = wire.tls().isPresent();
    boolean trusted = options.trusted().test(wire.remoteAddress());
    this.state =
        Pop3Session.start(
            new Channel(
                encrypted,
                options.stls().isPresent(),
                trusted,
                bindable(),
                options.bearerTokens(),
                Speech.PLAIN));
  }

  /**
   * Serves a connection until it ends; the caller closes it.
   *
   * @throws IOException when it broke or stayed idle too long: nothing was removed then
   */
  public static void serve(Wire wire, Pop3Options options, Pop3Logins logins, Pop3Monitor monitor)
      throws IOException {
    new Pop3Connection(wire, options, logins, monitor).run();
  }

  private void run() throws IOException {
    wire.timeout(options.idle());
    try {
      say(Pop3Reply.ok(Phrase.READY, options.hostname()));
      boolean open = true;
      while (open) {
        wire.interruptible(!mayLoseWork());
        open = next(wire.readLine(Pop3Parser.MAX_LINE));
      }
    } catch (SocketTimeoutException silence) {
      monitor.refused(Refusal.IDLE);
      throw silence;
    } finally {
      maildrop.ifPresent(Maildrop::release); // RFC 1939 section 6: without QUIT nothing is removed
      logSession();
    }
  }

  /** Whether the client has begun what it would have to do again if the server went down now. */
  private boolean mayLoseWork() {
    return state instanceof Transaction transaction && transaction.held();
  }

  private boolean next(Line line) throws IOException {
    return switch (line) {
      case Line.Text text -> command(new String(text.bytes(), StandardCharsets.UTF_8));
      case Line.TooLong(boolean endless) ->
          bad(Refusal.LINE_TOO_LONG, Pop3Reply.err(Phrase.LINE_TOO_LONG)) && !endless;
      case Line.Bare bare -> {
        monitor.refused(Refusal.BARE_LINE_END);
        yield say(Pop3Reply.err(Phrase.BARE_LINE_END), false);
      }
      case Line.End end -> false;
      case Line.Closing closing ->
          say(Pop3Reply.err(Pop3Reply.Code.SYS_TEMP, Phrase.GOING_DOWN), false);
    };
  }

  private boolean command(String line) throws IOException {
    return switch (Pop3Parser.parse(line)) {
      case Pop3Parser.Parsed.Bad(Pop3Reply reply) -> bad(Refusal.SYNTAX, reply);
      case Pop3Parser.Parsed.Ok(Pop3Command command) -> perform(command);
    };
  }

  private boolean bad(Refusal why, Pop3Reply reply) throws IOException {
    monitor.refused(why);
    if (++badCommands >= MAX_BAD_COMMANDS) {
      monitor.refused(Refusal.TOO_MANY_ERRORS);
      return say(Pop3Reply.err(Phrase.TOO_MANY_BAD), false);
    }
    return say(reply, true);
  }

  /** Steps until the command is answered. @return whether the session goes on */
  private boolean perform(Pop3Command command) throws IOException {
    Optional<Step> lost = keepHold(command);
    Step step = lost.orElseGet(() -> Pop3Session.step(state, command));
    while (true) {
      state = step.next();
      switch (step.action()) {
        case Answer(Pop3Reply reply) -> {
          return say(reply, true);
        }
        case Close(Pop3Reply reply) -> {
          return say(reply, false);
        }
        case AnswerLines(Pop3Reply reply, Iterable<String> lines) -> {
          return sayAll(reply, lines);
        }
        case Pop3Action.StartTls(Pop3Reply reply) -> {
          say(reply);
          beginTls();
          state = Pop3Session.secured((Authorization) state, bindable());
          return true;
        }
        case Pop3Action.Send send -> {
          return send(send);
        }
        case Pop3Action.Login login ->
            step = login((Authorization) state, login.username(), login.password());
        case Pop3Action.Authenticate(Sasl mechanism, Optional<String> initial) ->
            step = authenticate((Authorization) state, mechanism, initial);
        case Pop3Action.ListFirst first -> step = list((Transaction) state, command);
        case Pop3Action.HoldFirst first -> step = hold((Transaction) state, command);
        case Pop3Action.Commit commit -> step = update((Update) state);
      }
    }
  }

  // ---- what the ports do, each a step; an unknown fault is temporary

  /** Opens a maildrop, or does not. */
  @FunctionalInterface
  private interface Opening {
    Pop3Logins.Outcome open() throws IOException;
  }

  private Step login(Authorization before, String username, String password) throws IOException {
    return open(before, username, () -> logins.login(wire.remoteAddress(), username, password));
  }

  private Step open(Authorization before, String username, Opening opening) throws IOException {
    Pop3Logins.Outcome outcome;
    try {
      outcome = opening.open();
    } catch (IOException | RuntimeException fault) {
      user = username;
      return unavailable("login", fault);
    }
    return switch (outcome) {
      case Pop3Logins.Outcome.Opened(Maildrop opened) -> {
        user = username;
        maildrop = Optional.of(opened);
        monitor.login();
        yield Pop3Session.loggedIn(before, opened);
      }
      case Pop3Logins.Outcome.InUse inUse -> Pop3Session.inUse(before);
      case Pop3Logins.Outcome.Refused refused -> refuse(before, username);
    };
  }

  private Step authenticate(Authorization before, Sasl mechanism, Optional<String> initial)
      throws IOException {
    return switch (new AuthDialogue(wire, logins).run(mechanism, initial)) {
      case AuthDialogue.Outcome.Named named -> login(before, named.username(), named.password());
      case AuthDialogue.Outcome.Proven(EmailAddress proven) ->
          open(before, proven.toString(), () -> logins.open(wire.remoteAddress(), proven));
      case AuthDialogue.Outcome.Refused(String username) -> refuse(before, username);
      case AuthDialogue.Outcome.Unknown(String username, Exception fault) -> {
        user = username;
        yield unavailable("login", fault);
      }
      case AuthDialogue.Outcome.Failed(Pop3Reply reply) -> new Step(before, new Answer(reply));
    };
  }

  private boolean bindable() {
    return wire.tls().map(TlsInfo::bindable).orElse(false);
  }

  private void beginTls() throws IOException {
    try {
      wire.startTls(options.stls().orElseThrow());
    } catch (SSLException fault) {
      monitor.refused(Refusal.TLS);
      throw fault;
    }
  }

  private Step refuse(Authorization before, String username) {
    monitor.loginFailed();
    EventLog.warn("login-refused")
        .with("service", "pop3")
        .with("client", wire.remoteAddress())
        .with("user", username)
        .write();
    return Pop3Session.loginRefused(before);
  }

  private Step list(Transaction before, Pop3Command command) {
    try {
      return Pop3Session.step(before.listed(maildrop.orElseThrow().messages()), command);
    } catch (Maildrop.Overtaken overtaken) {
      return Pop3Session.overtaken(before);
    } catch (IOException | RuntimeException fault) {
      return unavailable("list", fault);
    }
  }

  private Step hold(Transaction before, Pop3Command command) {
    try {
      return maildrop.orElseThrow().hold()
          ? Pop3Session.step(before.holding(), command)
          : Pop3Session.inUse(before);
    } catch (Maildrop.Overtaken overtaken) {
      return Pop3Session.overtaken(before);
    } catch (IOException | RuntimeException fault) {
      return unavailable("hold", fault);
    }
  }

  /**
   * Keeps what this session holds, or says that it is lost. A fault is no loss yet: QUIT will find
   * out.
   */
  private Optional<Step> keepHold(Pop3Command command) {
    if (!(state instanceof Transaction held
        && held.held()
        && command instanceof Pop3Command.OfTransaction)) {
      return Optional.empty();
    }
    try {
      return maildrop.orElseThrow().hold()
          ? Optional.empty()
          : Optional.of(Pop3Session.holdLost(state));
    } catch (Maildrop.Overtaken overtaken) {
      return Optional.of(Pop3Session.overtaken(state));
    } catch (IOException | RuntimeException fault) {
      logFault("keep-hold", fault);
      return Optional.empty();
    }
  }

  private Step update(Update update) {
    Maildrop drop = maildrop.orElseThrow();
    if (update.deleted().isEmpty()) {
      return Pop3Session.updated(update, true); // and run() releases it
    }
    try {
      boolean done = drop.remove(update.deleted());
      removed = done ? update.deleted().size() : 0;
      monitor.removed(removed);
      return Pop3Session.updated(update, done);
    } catch (IOException | RuntimeException fault) {
      logFault("remove", fault);
      return Pop3Session.updated(update, false);
    }
  }

  private boolean send(Pop3Action.Send send) throws IOException {
    InputStream opened;
    var wanted = new Maildrop.Wanted(send.lines().isEmpty(), state.channel().speech().utf8());
    try {
      opened = maildrop.orElseThrow().open(send.message(), wanted);
    } catch (Maildrop.NeedsUtf8 refused) {
      return say(Pop3Reply.err(Pop3Reply.Code.UTF8, Phrase.NEEDS_UTF8), true); // RFC 6856 section 5
    } catch (Maildrop.Missing missing) {
      EventLog.error("body-missing")
          .with("user", user)
          .with("id", send.message().uniqueId())
          .write();
      return say(Pop3Reply.err(Pop3Reply.Code.SYS_PERM, Phrase.CONTENT_LOST), true);
    } catch (IOException | RuntimeException fault) {
      logFault("open", fault);
      return say(Pop3Reply.err(Pop3Reply.Code.SYS_TEMP, Phrase.UNREADABLE), true);
    }
    // A fault from here on breaks the connection: the client must not take a part for the whole.
    try (InputStream content =
        send.lines().<InputStream>map(n -> new TopInputStream(opened, n)).orElse(opened)) {
      say(
          send.lines().isPresent()
              ? Pop3Reply.ok(Phrase.TOP_FOLLOWS)
              : Pop3Reply.ok(Phrase.OCTETS, send.message().octets()));
      Stuffing.copy(content, new WireOutput(wire));
    }
    sent++;
    if (send.lines().isEmpty()) {
      state = Pop3Session.retrieved((Transaction) state, send.message());
      monitor.retrieved(send.message().octets());
    }
    return true;
  }

  // ---- answers

  private boolean say(Pop3Reply reply, boolean open) throws IOException {
    say(reply);
    return open;
  }

  private void say(Pop3Reply reply) throws IOException {
    write(reply.line(state.channel().speech().language()) + "\r\n");
  }

  private boolean sayAll(Pop3Reply reply, Iterable<String> lines) throws IOException {
    say(reply);
    for (String line : lines) {
      write(line + "\r\n"); // numbers and keywords: never a dot in front
    }
    wire.write(".\r\n");
    return true;
  }

  private void write(String text) throws IOException {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    wire.write(octets, 0, octets.length);
  }

  private Step unavailable(String what, Exception fault) {
    logFault(what, fault);
    return new Step(
        state, new Answer(Pop3Reply.err(Pop3Reply.Code.SYS_TEMP, Phrase.UNAVAILABLE))); // RFC 3206
  }

  private void logFault(String what, Exception fault) {
    EventLog.warn("pop3-fault")
        .with("what", what)
        .with("client", wire.remoteAddress())
        .with("user", user)
        .cause(fault)
        .write();
  }

  /**
   * One line for a session that did something; a poll that found nothing is not worth its price.
   */
  private void logSession() {
    if (sent > 0 || removed > 0) {
      EventLog.info("pop3")
          .with("client", wire.remoteAddress())
          .with("user", user)
          .with("tls", wire.tls().orElse(null))
          .with("sent", sent)
          .with("removed", removed)
          .write();
    }
  }

  /** The connection as a stream. */
  private static final class WireOutput extends OutputStream {
    private final Wire wire;

    WireOutput(Wire wire) {
      this.wire = wire;
    }

    @Override
    public void write(int octet) throws IOException {
      wire.write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      wire.write(bytes, offset, length);
    }
  }
}

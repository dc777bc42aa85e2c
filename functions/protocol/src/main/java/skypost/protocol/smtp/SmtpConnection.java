package skypost.protocol.smtp;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import skypost.protocol.net.Line;
import skypost.protocol.net.Refusal;
import skypost.protocol.net.Wire;
import skypost.protocol.smtp.SmtpState.HasRecipients;
import skypost.protocol.smtp.SmtpState.HasSender;
import skypost.protocol.smtp.SmtpState.InChunks;

/**
 * One session over one wire: reads commands, steps, does what the actions say. All of the server's
 * I/O is here.
 */
public final class SmtpConnection {
  private static final int MAX_QUESTION = 100; // recipients asked about at once
  private static final SmtpReply SHUTTING_DOWN =
      SmtpReply.of(421, 3, 2, "Shutting down, try again later");
  private static final SmtpReply TIMEOUT = SmtpReply.of(421, 4, 2, "Timeout");
  // RFC 5321 section 3.1: 554 in place of the greeting
  private static final SmtpReply EARLY =
      SmtpReply.of(554, 5, 1, "You spoke before the greeting, as no mail server does");
  private static final SmtpReply TOO_LONG = SmtpReply.of(500, 5, 2, "Line too long");
  private static final SmtpReply BARE =
      SmtpReply.of(521, 5, 2, "Lines must end with CRLF: bare CR or LF received");
  private static final SmtpReply ASK_LATER =
      SmtpReply.of(451, 3, 0, "Cannot decide on this recipient now, try again later");

  private final Wire wire;
  private final SmtpSettings settings;
  private final SmtpLimits limits;
  private final SmtpSession session;
  private final SmtpGate gate;
  private final SmtpSink sink;

  private final Refusals refusals;
  private final SessionLog log;
  private final Conduct conduct;

  private SmtpState state;
  private Optional<Line> lookahead = Optional.empty();
  private Optional<MessageIntake> chunks = Optional.empty();
  private boolean receiving;
  private boolean open = true;

  /**
   * What stands behind a session.
   *
   * @param gate of this session alone: it may remember what the session's login was granted
   * @param sink where messages go
   * @param refusals told what the session refuses by itself, unasked by gate and sink
   */
  public record Ports(SmtpGate gate, SmtpSink sink, Consumer<Refusal> refusals) {}

  /** A session whose refusals nobody counts. */
  public SmtpConnection(Wire wire, SmtpSettings settings, SmtpGate gate, SmtpSink sink) {
    this(wire, settings, new Ports(gate, sink, why -> {}));
  }

  /** A session. */
  public SmtpConnection(Wire wire, SmtpSettings settings, Ports ports) {
    this.wire = wire;
    this.settings = settings;
    this.limits = settings.limits();
    this.conduct = new Conduct(limits);
    this.session = new SmtpSession(settings);
    this.gate = ports.gate();
    this.sink = ports.sink();
    SmtpPeer peer = new SmtpPeer(wire.remoteAddress(), wire.tls());
    this.log = new SessionLog(peer.address());
    this.refusals = new Refusals(ports.refusals());
    this.state = new SmtpState.Connected(peer);
  }

  /** Serves until one side has had enough. @throws IOException when the peer is gone */
  public void run() throws IOException {
    wire.timeout(limits.commandTimeout());
    try {
      greet();
      while (open) {
        boolean transaction =
            state instanceof HasSender
                || state instanceof HasRecipients
                || state instanceof InChunks;
        wire.interruptible(!transaction);
        handle(nextLine());
      }
    } catch (SocketTimeoutException silence) {
      drop(receiving ? Refusal.SLOW_CLIENT : Refusal.IDLE, TIMEOUT);
    } finally {
      endChunks();
    }
  }

  /** RFC 5321 section 3.1: the server speaks first, and a client waits for it. */
  private void greet() throws IOException {
    boolean strict =
        settings.service() == SmtpSettings.Service.MX && limits.greetingDelay().isPositive();
    if (strict && wire.hasInputWithin(limits.greetingDelay())) {
      drop(Refusal.EARLY_TALKER, EARLY);
    } else {
      say(session.greeting());
    }
  }

  private Line nextLine() throws IOException {
    Optional<Line> waiting = lookahead;
    lookahead = Optional.empty();
    return waiting.isPresent() ? waiting.get() : wire.readLine(SmtpParser.MAX_AUTH_LINE);
  }

  private void handle(Line line) throws IOException {
    switch (line) {
      case Line.Text text -> {
        switch (SmtpParser.parse(text.bytes())) {
          case Parsed.Ok(SmtpCommand command) -> obey(command);
          case Parsed.Bad(SmtpReply reply) -> say(reply);
        }
      }
      case Line.TooLong(boolean endless) -> {
        refusals.count(Refusal.LINE_TOO_LONG);
        if (endless) {
          close(TOO_LONG);
        } else {
          sayOrEnd(TOO_LONG, conduct.error());
        }
      }
      case Line.Bare() -> drop(Refusal.BARE_LINE_END, BARE);
      case Line.Closing() -> close(SHUTTING_DOWN);
      case Line.End() -> open = false;
    }
  }

  private void obey(SmtpCommand command) throws IOException {
    Optional<Conduct.Enough> enough = conduct.command(command);
    if (enough.isPresent()) {
      drop(enough.get().why(), enough.get().reply());
    } else {
      perform(session.step(state, command));
    }
  }

  private void perform(SmtpSession.Step step) throws IOException {
    state = step.next();
    if (!(state instanceof InChunks)) {
      endChunks(); // RSET in the midst of BDAT
    }
    switch (step.action()) {
      case SmtpAction.Say(SmtpReply reply) -> say(reply);
      case SmtpAction.Close(SmtpReply reply) -> {
        refusals.command(reply);
        close(reply);
      }
      case SmtpAction.BeginTls(SmtpReply reply) -> beginTls(reply);
      case SmtpAction.Authenticate authenticate -> authenticate(authenticate);
      case SmtpAction.AskRecipient(SmtpRecipient recipient) -> askRecipients(recipient);
      case SmtpAction.ReceiveData(SmtpTransaction transaction) -> receiveData(transaction);
      case SmtpAction.ReceiveChunk chunk -> receiveChunk(chunk);
      case SmtpAction.DiscardChunk(long size, SmtpReply reply) -> discard(size, reply);
    }
  }

  // ---- replies

  /** Says how a command went. */
  private void say(SmtpReply reply) throws IOException {
    refusals.command(reply);
    sayOrEnd(reply, reply.isPermanent() ? conduct.error() : Optional.empty());
  }

  /** Says it, or that the peer has misbehaved enough. */
  private void sayOrEnd(SmtpReply reply, Optional<Conduct.Enough> enough) throws IOException {
    if (enough.isPresent()) {
      drop(enough.get().why(), enough.get().reply());
    } else {
      wire.write(reply.toWire());
    }
  }

  private void drop(Refusal why, SmtpReply reply) throws IOException {
    refusals.count(why);
    close(reply);
  }

  private void close(SmtpReply reply) throws IOException {
    if (reply.code() != 221 && reply != SHUTTING_DOWN) {
      log.hangup(reply);
    }
    open = false;
    wire.write(reply.toWire());
    wire.flush();
  }

  // ---- TLS and login

  private void beginTls(SmtpReply reply) throws IOException {
    wire.write(reply.toWire());
    try {
      wire.startTls(settings.tls().orElseThrow());
    } catch (SSLException fault) {
      log.tls(fault);
      refusals.count(Refusal.TLS);
      throw fault;
    }
    lookahead = Optional.empty();
    state = session.secured(state, wire.tls().orElseThrow());
  }

  private void authenticate(SmtpAction.Authenticate authenticate) throws IOException {
    SmtpClient client = SmtpSession.clientOf(state).orElseThrow();
    AuthDialogue.Result result = new AuthDialogue(wire, gate, client).run(authenticate);
    switch (result) {
      case AuthDialogue.LoggedIn(var user) -> {
        state = session.loggedIn(state, user);
        wire.write(SmtpReply.of(235, 7, 0, "Authentication successful").toWire());
      }
      case AuthDialogue.Failed(SmtpReply reply) -> {
        Optional<Conduct.Enough> enough = conduct.loginFailure();
        if (enough.isPresent()) {
          wire.write(reply.toWire());
          drop(enough.get().why(), enough.get().reply());
        } else {
          say(reply);
        }
      }
      case AuthDialogue.Broken(SmtpReply reply) -> say(reply);
      case AuthDialogue.Over(Line line) -> handle(line);
    }
  }

  // ---- recipients

  /** Collects the RCPTs that are here already, so that a pipelined batch is one question. */
  private void askRecipients(SmtpRecipient first) throws IOException {
    List<SmtpAction> batch = new ArrayList<>(List.of(new SmtpAction.AskRecipient(first)));
    int room = Math.min(MAX_QUESTION, limits.recipients() - SmtpSession.recipientsOf(state));
    while (batch.size() < room && lookahead.isEmpty() && wire.hasBufferedLine()) {
      Line line = wire.readLine(SmtpParser.MAX_AUTH_LINE);
      Optional<SmtpAction> next = recipientAction(line);
      next.ifPresentOrElse(batch::add, () -> lookahead = Optional.of(line));
    }
    List<SmtpRecipient> asked = new ArrayList<>();
    for (SmtpAction action : batch) {
      if (action instanceof SmtpAction.AskRecipient(SmtpRecipient recipient)) {
        asked.add(recipient);
      }
    }
    var answers = ask(asked).iterator();
    for (SmtpAction action : batch) {
      switch (action) {
        case SmtpAction.AskRecipient(SmtpRecipient recipient) -> answer(recipient, answers.next());
        case SmtpAction.Say(SmtpReply reply) when open -> say(reply);
        default -> {} // recipientAction gives no others, and a closed session says nothing more
      }
    }
  }

  private Optional<SmtpAction> recipientAction(Line line) {
    return line instanceof Line.Text text
            && SmtpParser.parse(text.bytes()) instanceof Parsed.Ok(SmtpCommand.Rcpt rcpt)
        ? Optional.of(session.step(state, rcpt).action())
        : Optional.empty();
  }

  private List<SmtpReply> ask(List<SmtpRecipient> recipients) {
    SmtpClient client = SmtpSession.clientOf(state).orElseThrow();
    SmtpSender sender = senderOf(state);
    try {
      List<SmtpReply> replies = gate.recipients(client, sender, recipients);
      if (replies.size() == recipients.size()) {
        return replies;
      }
      log.gate(recipients.size(), replies.size());
    } catch (IOException | RuntimeException fault) {
      log.gate(fault);
    }
    return Collections.nCopies(recipients.size(), ASK_LATER); // never acceptance, never 5xx
  }

  private void answer(SmtpRecipient recipient, SmtpReply reply) throws IOException {
    if (!open) {
      return;
    }
    if (!reply.isPositive()) {
      SmtpClient client = SmtpSession.clientOf(state).orElseThrow();
      log.refused(client, senderOf(state), recipient, reply);
    }
    state = session.answered(state, recipient, reply.isPositive());
    sayOrEnd(reply, reply.isPositive() ? Optional.empty() : conduct.refusal(reply.isPermanent()));
  }

  private static SmtpSender senderOf(SmtpState state) {
    return switch (state) {
      case HasSender has -> has.sender();
      case HasRecipients has -> has.transaction().sender();
      default ->
          throw new IllegalStateException("no transaction in " + state.getClass().getSimpleName());
    };
  }

  // ---- data

  private void receiveData(SmtpTransaction transaction) throws IOException {
    Optional<SmtpSink.Incoming> incoming = begin(transaction);
    state = session.finished(state);
    if (incoming.isEmpty()) {
      return;
    }
    try (MessageIntake intake = MessageIntake.data(wire, limits, incoming.get())) {
      wire.write(SmtpReply.plain(354, "End data with <CR><LF>.<CR><LF>").toWire());
      receiving = true;
      MessageIntake.Result result = intake.readData();
      receiving = false;
      conclude(transaction, intake, result);
    } finally {
      wire.timeout(limits.commandTimeout());
    }
  }

  private Optional<SmtpSink.Incoming> begin(SmtpTransaction transaction) throws IOException {
    try {
      return Optional.of(sink.begin(transaction.ofLines()));
    } catch (IOException | RuntimeException fault) {
      log.store(fault);
      say(SmtpReply.of(451, 3, 0, "Cannot take a message now, try again later"));
      return Optional.empty();
    }
  }

  private void receiveChunk(SmtpAction.ReceiveChunk chunk) throws IOException {
    if (chunk.first()) {
      Optional<SmtpSink.Incoming> incoming = begin(chunk.transaction());
      chunks =
          incoming.map(
              in -> MessageIntake.chunks(wire, limits, in, chunk.transaction().sender().binary()));
      if (chunks.isEmpty()) {
        close(SHUTTING_DOWN); // the chunk's octets must not be read as commands
        return;
      }
    }
    MessageIntake intake = chunks.orElseThrow();
    receiving = true;
    MessageIntake.Result result = intake.readChunk(chunk.size(), chunk.last());
    receiving = false;
    wire.timeout(limits.commandTimeout());
    if (chunk.last() || result.close()) {
      state = session.finished(state);
      conclude(chunk.transaction(), intake, result);
      endChunks();
    } else {
      say(result.reply());
    }
  }

  private void discard(long size, SmtpReply reply) throws IOException {
    if (size > limits.messageBytes()) {
      drop(Refusal.TOO_BIG, SmtpSession.tooBig());
      return;
    }
    long[] left = {size};
    while (left[0] > 0) {
      boolean more =
          wire.take((block, from, to) -> {
            int count = (int) Math.min(to - from, left[0]);
            left[0] -= count;
            return count;
          });
      if (!more) {
        open = false;
        return;
      }
    }
    say(reply);
  }

  private void conclude(
      SmtpTransaction transaction, MessageIntake intake, MessageIntake.Result result)
      throws IOException {
    intake.id().ifPresent(id -> conduct.message());
    log.message(transaction, intake, result.reply());
    refusals.message(result.reply());
    if (result.close()) {
      close(result.reply());
    } else {
      sayOrEnd(result.reply(), result.reply().isPermanent() ? conduct.error() : Optional.empty());
    }
  }

  private void endChunks() {
    chunks.ifPresent(MessageIntake::close);
    chunks = Optional.empty();
  }
}

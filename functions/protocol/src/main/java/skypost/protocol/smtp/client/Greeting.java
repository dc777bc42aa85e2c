package skypost.protocol.smtp.client;

import java.io.IOException;
import java.util.Optional;
import skypost.protocol.smtp.SmtpReply;

/** The beginning of a session: from the open socket to the first transaction. For one session. */
final class Greeting {
  private final SmtpClient client;
  private final Hop hop;
  private final Peer peer;
  private final Wire wire;
  private final Timeouts timeouts;

  Greeting(SmtpClient client, Hop hop, Wire wire) {
    this.client = client;
    this.hop = hop;
    this.peer = hop.peer();
    this.wire = wire;
    this.timeouts = client.timeouts();
  }

  /** It did not come to a session. */
  private static final class Over extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient ConnectResult result;

    Over(ConnectResult result) {
      super(null, null, false, false);
      this.result = result;
    }

    Over(SmtpReply reply) {
      this(new ConnectResult.NotConnected(reply));
    }
  }

  /** Leaves the wire open only for a session. */
  ConnectResult exchange() {
    boolean ready = false;
    try {
      if (hop.tls() instanceof TlsDemand.Implicit(ServerIdentity identity, String ignored)) {
        handshake(identity);
      }
      SmtpReply greeting = wire.reply(timeouts.greeting());
      if (greeting.code() != 220) {
        throw new Over(negative(greeting));
      }
      Extensions extensions = Extensions.of(upgraded(hello()));
      if (hop.login().isPresent()) {
        logIn(hop.login().get(), extensions);
      }
      ready = true;
      return new ConnectResult.Connected(
          new SmtpConnection(new Session(wire, peer, extensions, timeouts)));
    } catch (Over over) {
      return over.result;
    } catch (IOException fault) {
      return new ConnectResult.NotConnected(Faults.lost(peer, "before the session began", fault));
    } finally {
      if (!ready) {
        wire.close();
      }
    }
  }

  /**
   * Sees to STARTTLS.
   *
   * @return the reply to EHLO that holds
   */
  private SmtpReply upgraded(SmtpReply hello) throws IOException, Over {
    return switch (hop.tls()) {
      case TlsDemand.Clear ignored -> hello;
      case TlsDemand.Implicit ignored -> hello;
      case TlsDemand.Opportunistic(var context) -> {
        // any other answer: TLS is not to be had, and the session goes on (RFC 3207 section 4)
        if (!offersTls(hello) || startTls().code() != 220) {
          yield hello;
        }
        yield secured(ServerIdentity.any(context, peer.host()));
      }
      case TlsDemand.Required(ServerIdentity identity, String ignored) -> {
        if (!offersTls(hello)) {
          throw new Over(notOffered("is not offered"));
        }
        SmtpReply start = startTls();
        if (start.code() != 220) {
          throw new Over(notOffered("is refused: " + start));
        }
        yield secured(identity);
      }
    };
  }

  private static boolean offersTls(SmtpReply hello) {
    return Extensions.of(hello).offers("STARTTLS");
  }

  private SmtpReply startTls() throws IOException, Over {
    wire.command("STARTTLS");
    SmtpReply start = wire.reply(timeouts.command());
    if (start.code() == 421) { // RFC 5321 section 3.8: the server closes
      throw new Over(start);
    }
    return start;
  }

  private SmtpReply secured(ServerIdentity identity) throws IOException, Over {
    handshake(identity);
    return hello(); // RFC 3207 section 4.2: forget what was said in the clear
  }

  private void handshake(ServerIdentity identity) throws Over {
    try {
      wire.startTls(identity, timeouts.command());
    } catch (IOException fault) {
      // RFC 3463 section 3.8: X.7.5, cryptographic failure
      String text = demand() + "TLS with " + peer + " failed: " + Faults.text(fault);
      throw new Over(
          new ConnectResult.TlsFailed(SmtpReply.of(454, 7, 5, text), Optional.of(fault)));
    }
  }

  private void logIn(ClientLogin login, Extensions extensions) throws IOException, Over {
    Optional<SmtpReply> refused = new ClientAuth(wire, login, timeouts.command()).logIn(extensions);
    if (refused.isPresent()) {
      throw new Over(refused.get());
    }
  }

  private ConnectResult notOffered(String how) {
    // RFC 3463 section 3.8: X.7.4, security features not supported
    String text = demand() + "STARTTLS " + how + " by " + peer;
    return new ConnectResult.TlsFailed(SmtpReply.of(454, 7, 4, text), Optional.empty());
  }

  /** By whom it is demanded, as the beginning of a sentence. */
  private String demand() {
    return switch (hop.tls()) {
      case TlsDemand.Required(ServerIdentity ignored, String reason) ->
          "TLS is required by " + reason + ": ";
      case TlsDemand.Implicit(ServerIdentity ignored, String reason) ->
          "TLS is required by " + reason + ": ";
      case TlsDemand.Clear ignored -> "";
      case TlsDemand.Opportunistic ignored -> "";
    };
  }

  private SmtpReply hello() throws IOException, Over {
    wire.command("EHLO " + client.helo());
    SmtpReply ehlo = wire.reply(timeouts.command());
    if (ehlo.code() == 250) {
      return ehlo;
    }
    if (!ehlo.isPermanent()) {
      throw new Over(negative(ehlo));
    }
    wire.command("HELO " + client.helo()); // RFC 5321 section 3.2: an old server
    SmtpReply old = wire.reply(timeouts.command());
    if (old.code() != 250) {
      throw new Over(negative(old));
    }
    return SmtpReply.plain(250, old.lines().getFirst());
  }

  /** A positive reply where it makes no sense decides nothing: temporary. */
  private static SmtpReply negative(SmtpReply reply) {
    return reply.isPositive() ? SmtpReply.of(451, 5, 0, "unexpected reply: " + reply) : reply;
  }
}

package skypost.protocol.smtp.client;

import java.io.IOException;
import java.net.Socket;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import skypost.protocol.smtp.SmtpReply;

/**
 * Opens connections to SMTP servers.
 *
 * @param helo our own host name, or an address literal
 * @param timeouts how long to wait
 */
public record SmtpClient(String helo, Timeouts timeouts) {
  /**
   * Connects, reads the greeting, says EHLO (HELO where that is not known) and starts TLS where it
   * is offered.
   *
   * @param peer where to
   * @param tls the context for STARTTLS; empty: stay in the clear
   * @param deadline when the connection is cut at the latest
   */
  public ConnectResult connect(Peer peer, Optional<SSLContext> tls, Deadline deadline) {
    Socket socket = new Socket();
    try {
      socket.connect(peer.address(), deadline.within(timeouts.connect()).remainingMillis());
      return greet(peer, new Wire(socket, deadline), tls);
    } catch (IOException fault) {
      closeQuietly(socket);
      // RFC 3463 section 3.5: X.4.1, no answer from host
      return new ConnectResult.NotConnected(
          SmtpReply.of(451, 4, 1, "cannot connect to " + peer + ": " + Faults.text(fault)));
    }
  }

  private ConnectResult greet(Peer peer, Wire wire, Optional<SSLContext> tls) {
    boolean ready = false;
    try {
      SmtpReply greeting = wire.reply(timeouts.greeting());
      if (greeting.code() != 220) {
        return new ConnectResult.NotConnected(negative(greeting));
      }
      SmtpReply hello = hello(wire);
      if (!hello.isPositive()) {
        return new ConnectResult.NotConnected(hello);
      }
      if (tls.isPresent() && Extensions.of(hello).offers("STARTTLS")) {
        wire.command("STARTTLS");
        SmtpReply start = wire.reply(timeouts.command());
        if (start.code() == 421) {
          return new ConnectResult.NotConnected(start);
        }
        if (start.code()
            == 220) { // any other answer: TLS is not to be had, and the session goes on (RFC 3207
          // section 4)
          Optional<ConnectResult> broken = startTls(wire, peer, tls.get());
          if (broken.isPresent()) {
            return broken.get();
          }
          hello = hello(wire); // RFC 3207 section 4.2: forget what was said in the clear
          if (!hello.isPositive()) {
            return new ConnectResult.NotConnected(hello);
          }
        }
      }
      ready = true;
      return new ConnectResult.Connected(
          new SmtpConnection(wire, peer, Extensions.of(hello), timeouts));
    } catch (IOException fault) {
      return new ConnectResult.NotConnected(Faults.lost(peer, "before the session began", fault));
    } finally {
      if (!ready) {
        wire.close();
      }
    }
  }

  private Optional<ConnectResult> startTls(Wire wire, Peer peer, SSLContext context) {
    try {
      wire.startTls(context, peer.host(), timeouts.command());
      return Optional.empty();
    } catch (IOException fault) {
      // RFC 3463 section 3.8: X.7.5, cryptographic failure
      return Optional.of(
          new ConnectResult.TlsBroken(
              SmtpReply.of(454, 7, 5, "TLS with " + peer + " failed: " + Faults.text(fault))));
    }
  }

  private SmtpReply hello(Wire wire) throws IOException {
    wire.command("EHLO " + helo);
    SmtpReply ehlo = wire.reply(timeouts.command());
    if (!ehlo.isPermanent()) {
      return ehlo.code() == 250 ? ehlo : negative(ehlo);
    }
    wire.command("HELO " + helo); // RFC 5321 section 3.2: an old server
    SmtpReply old = wire.reply(timeouts.command());
    return old.code() == 250 ? SmtpReply.plain(250, old.lines().getFirst()) : negative(old);
  }

  /** A positive reply where it makes no sense decides nothing: temporary. */
  private static SmtpReply negative(SmtpReply reply) {
    return reply.isPositive() ? SmtpReply.of(451, 5, 0, "unexpected reply: " + reply) : reply;
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException alreadyBroken) {
      return; // it never was of use
    }
  }
}

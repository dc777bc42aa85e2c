package skypost.protocol.smtp.client;

import java.io.IOException;
import java.net.Socket;
import java.util.Optional;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.SmtpReply;

/**
 * Opens connections to SMTP servers.
 *
 * @param helo our own host name, or an address literal
 * @param timeouts how long to wait
 */
public record SmtpClient(String helo, Timeouts timeouts) {
  /**
   * Connects, reads the greeting, says EHLO (HELO where that is not known) and sees to TLS as the
   * hop demands it. Where TLS was a mere opportunity and breaks, it connects again without.
   *
   * @param deadline when the connection is cut at the latest
   */
  public ConnectResult connect(Hop hop, Deadline deadline) {
    ConnectResult result = attempt(hop, deadline);
    if (!(result instanceof ConnectResult.TlsFailed failed)
        || !(hop.tls() instanceof TlsDemand.Opportunistic)) {
      return result;
    }
    EventLog.warn("tls-broken").with("server", hop.peer()).with("reply", failed.reply()).write();
    ConnectResult clear = // RFC 7435 section 3
        attempt(new Hop(hop.peer(), new TlsDemand.Clear()), deadline);
    return clear instanceof ConnectResult.Connected(SmtpConnection connection, var none)
        ? new ConnectResult.Connected(connection, Optional.of(failed))
        : clear;
  }

  private ConnectResult attempt(Hop hop, Deadline deadline) {
    Socket socket = new Socket();
    try {
      socket.connect(hop.peer().address(), deadline.within(timeouts.connect()).remainingMillis());
      return new Greeting(this, hop, new Wire(socket, deadline)).exchange();
    } catch (IOException fault) {
      closeQuietly(socket);
      // RFC 3463 section 3.5: X.4.1, no answer from host
      return new ConnectResult.NotConnected(
          SmtpReply.of(451, 4, 1, "cannot connect to " + hop.peer() + ": " + Faults.text(fault)));
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException alreadyBroken) {
      return; // it never was of use
    }
  }
}

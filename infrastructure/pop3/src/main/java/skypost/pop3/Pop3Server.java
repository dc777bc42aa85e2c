package skypost.pop3;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import skypost.mail.authorize.Authorizer;
import skypost.mail.directory.Network;
import skypost.mail.mailbox.BodyHolders;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.message.StoredMessages;
import skypost.protocol.net.TcpServer;
import skypost.protocol.pop3.Pop3Connection;
import skypost.protocol.pop3.Pop3Logins;
import skypost.protocol.pop3.Pop3Options;

/** The running POP3 service: a plain port with STLS (RFC 2595) and a port with TLS from the start (RFC 8314 section 3.2). */
public final class Pop3Server implements AutoCloseable {
  /** What sessions get to end by themselves when the server stops; ECS kills after 120 s at the latest. */
  public static final Duration DRAIN = Duration.ofSeconds(30);

  private final TcpServer pop3;
  private final TcpServer pop3s;

  /**
   * Where and for whom to serve.
   *
   * @param hostname named in the greeting
   * @param address where to listen
   * @param pop3Port the plain port; 0 lets the system choose
   * @param pop3sPort the TLS port; 0 lets the system choose
   * @param tls the server's certificate, for both
   * @param trustedNetworks clients that may send passwords in clear text
   * @param proxyNetworks load balancers, which must name the client by PROXY protocol v2
   * @param maxConnections at once, on each port
   * @param refusalDelay how long a wrong password waits for its answer
   */
  public record Options(
      String hostname,
      InetAddress address,
      int pop3Port,
      int pop3sPort,
      SSLContext tls,
      List<Network> trustedNetworks,
      List<Network> proxyNetworks,
      int maxConnections,
      Duration refusalDelay) {
    public Options {
      trustedNetworks = List.copyOf(trustedNetworks);
      proxyNetworks = List.copyOf(proxyNetworks);
    }
  }

  private Pop3Server(TcpServer pop3, TcpServer pop3s) {
    this.pop3 = pop3;
    this.pop3s = pop3s;
  }

  /** Listens and serves from now on. */
  public static Pop3Server start(
      Options options, Authorizer authorizer, Mailboxes mailboxes, BodyHolders holders, StoredMessages messages, Clock clock)
      throws IOException {
    var logins = new MailboxLogins(authorizer, new MailboxLogins.Stores(mailboxes, holders, messages), clock);
    TcpServer pop3 = listen(options, "pop3", options.pop3Port(), Optional.empty(), logins);
    try {
      return new Pop3Server(pop3, listen(options, "pop3s", options.pop3sPort(), Optional.of(options.tls()), logins));
    } catch (IOException taken) {
      pop3.close();
      throw taken;
    }
  }

  private static TcpServer listen(Options options, String name, int port, Optional<SSLContext> tls, Pop3Logins logins)
      throws IOException {
    var session =
        new Pop3Options(
            options.hostname(),
            Optional.of(options.tls()),
            client -> contain(options.trustedNetworks(), client),
            Pop3Options.IDLE,
            options.refusalDelay());
    var listener =
        new TcpServer.Options(
            name,
            new InetSocketAddress(options.address(), port),
            options.maxConnections(),
            tls,
            Pop3Options.BUSY,
            Pop3Options.FAREWELL,
            peer -> contain(options.proxyNetworks(), peer.getHostAddress()));
    return TcpServer.start(listener, wire -> Pop3Connection.serve(wire, session, logins));
  }

  private static boolean contain(List<Network> networks, String address) {
    return networks.stream().anyMatch(network -> network.contains(address));
  }

  /** The plain port, also when the system chose it. */
  public int pop3Port() {
    return pop3.port();
  }

  /** The TLS port, also when the system chose it. */
  public int pop3sPort() {
    return pop3s.port();
  }

  /** Stops accepting, lets sessions that hold a maildrop end within {@link #DRAIN}, and cuts off what is left. */
  @Override
  public void close() {
    drain(DRAIN);
  }

  /** The same with another limit. @return whether every session came to its own end */
  public boolean drain(Duration limit) {
    boolean[] drained = {false};
    Thread other = Thread.ofVirtual().start(() -> drained[0] = pop3s.drain(limit)); // both at once
    boolean own = pop3.drain(limit);
    try {
      other.join();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return false;
    }
    return own && drained[0];
  }
}

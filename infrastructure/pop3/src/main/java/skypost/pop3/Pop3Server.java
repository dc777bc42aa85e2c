package skypost.pop3;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import skypost.mail.authorize.Authorizer;
import skypost.mail.authorize.RememberingAuthorizer;
import skypost.mail.directory.Network;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.message.StoredMessages;
import skypost.protocol.log.Metrics;
import skypost.protocol.net.Admission;
import skypost.protocol.net.TcpServer;
import skypost.protocol.pop3.Pop3Connection;
import skypost.protocol.pop3.Pop3Logins;
import skypost.protocol.pop3.Pop3Options;

/**
 * The running POP3 service: a plain port with STLS (RFC 2595) and a port with TLS from the start
 * (RFC 8314 section 3.2).
 */
public final class Pop3Server implements AutoCloseable {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
  private static final Duration RELEASE_LIMIT = Duration.ofSeconds(3);

  private final TcpServer pop3;
  private final TcpServer pop3s;

  private Pop3Server(TcpServer pop3, TcpServer pop3s) {
    this.pop3 = pop3;
    this.pop3s = pop3s;
  }

  /** What stands behind a server. */
  public record Ports(Authorizer authorizer, Mailboxes mailboxes, StoredMessages messages) {}

  /**
   * Listens and serves from now on. Confirmed logins are remembered for a few minutes.
   *
   * @throws IOException when a port is taken; none is open then
   */
  public static Pop3Server start(Pop3Settings settings, Ports ports, Clock clock, Metrics metrics)
      throws IOException {
    var bodies = new RememberedBodies(ports.messages(), clock);
    var stores = new MailboxLogins.Stores(ports.mailboxes(), bodies, new Prefetch.Room());
    var authorizer = new RememberingAuthorizer(ports.authorizer(), clock);
    var logins = new MailboxLogins(authorizer, stores, clock);
    var places =
        ClientPlaces.of(
            settings.maxConnections(), client -> contain(settings.trustedNetworks(), client));
    var door = new Doorway(settings, places, logins);
    TcpServer pop3 = listen(door, Optional.empty(), new Meter(metrics, "POP3"));
    try {
      Optional<SSLContext> tls = Optional.of(settings.tls());
      return new Pop3Server(pop3, listen(door, tls, new Meter(metrics, "POP3S")));
    } catch (IOException taken) {
      pop3.close();
      throw taken;
    }
  }

  /** What both ports share. */
  private record Doorway(Pop3Settings settings, Admission places, Pop3Logins logins) {}

  private static TcpServer listen(Doorway door, Optional<SSLContext> tls, Meter meter)
      throws IOException {
    Pop3Settings settings = door.settings();
    var session =
        new Pop3Options(
            settings.hostname(),
            Optional.of(settings.tls()),
            client -> contain(settings.trustedNetworks(), client),
            Pop3Options.IDLE,
            settings.bearerTokens());
    int port = tls.isPresent() ? settings.pop3sPort() : settings.pop3Port();
    TcpServer.Options listener =
        TcpServer.Options.plain(
                meter.door().toLowerCase(Locale.ROOT),
                new InetSocketAddress(settings.bind(), port),
                settings.maxConnections(),
                Pop3Options.BUSY,
                Pop3Options.FAREWELL)
            .withProxied(peer -> contain(settings.proxyNetworks(), peer.getHostAddress()))
            .withAdmission(door.places())
            .withRefusals(meter::refused);
    return TcpServer.start(
        tls.map(listener::withTls).orElse(listener),
        wire -> {
          meter.connection();
          Pop3Connection.serve(wire, session, door.logins(), meter);
        });
  }

  private static boolean contain(List<Network> networks, String address) {
    return networks.stream().anyMatch(network -> network.contains(address));
  }

  /** What is wrong now, for a load balancer that asks; it costs no question to anybody. */
  public Optional<String> trouble() {
    if (!pop3.isAccepting()) {
      return Optional.of("POP3 accepts no connections");
    }
    return pop3s.isAccepting() ? Optional.empty() : Optional.of("POP3S accepts no connections");
  }

  /** The plain port, also when the system chose it. */
  public int pop3Port() {
    return pop3.port();
  }

  /** The TLS port, also when the system chose it. */
  public int pop3sPort() {
    return pop3s.port();
  }

  /** Drains for some seconds. */
  @Override
  public void close() {
    drain(CLOSE_LIMIT);
  }

  /**
   * Stops accepting, says goodbye to idle sessions, lets those that hold a maildrop come to their
   * QUIT, and cuts off what is left. Nothing is deleted without QUIT.
   *
   * @return whether every session came to its own end
   */
  public boolean drain(Duration limit) {
    boolean[] drained = {false};
    Thread other = Thread.ofVirtual().start(() -> drained[0] = pop3s.drain(limit)); // both at once
    boolean own = pop3.drain(limit);
    try {
      other.join();
      awaitReleases();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return false;
    }
    return own && drained[0];
  }

  /**
   * Sessions that were cut off still end their leases, or their users would be told [IN-USE] for
   * ten minutes.
   */
  private void awaitReleases() throws InterruptedException {
    long deadline = System.nanoTime() + RELEASE_LIMIT.toNanos();
    while (pop3.connections() + pop3s.connections() > 0 && System.nanoTime() < deadline) {
      Thread.sleep(10);
    }
  }
}

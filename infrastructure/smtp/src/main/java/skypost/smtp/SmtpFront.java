package skypost.smtp;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import skypost.mail.authorize.Authorizer;
import skypost.mail.authorize.Authorizer.Counted;
import skypost.mail.authorize.RememberingAuthorizer;
import skypost.mail.authorize.RememberingRecipients;
import skypost.mail.message.IncomingMessages;
import skypost.mail.verify.SessionCheck;
import skypost.protocol.log.Metrics;
import skypost.protocol.net.Admission;
import skypost.protocol.net.Refusal;
import skypost.protocol.net.TcpServer;
import skypost.protocol.net.Wire;
import skypost.protocol.smtp.Extension;
import skypost.protocol.smtp.SmtpConnection;
import skypost.protocol.smtp.SmtpLimits;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.SmtpSettings;
import skypost.protocol.smtp.SmtpSettings.Service;
import skypost.protocol.smtp.SmtpSink;

/** The running front: a server for each door. */
public final class SmtpFront implements AutoCloseable {
  private static final Set<Extension> EXTENSIONS =
      Set.of(
          Extension.CHUNKING,
          Extension.BINARYMIME,
          Extension.SMTPUTF8,
          Extension.DSN,
          Extension.REQUIRETLS,
          Extension.LIMITS);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
  private static final Duration RENEWAL = Duration.ofMinutes(1); // looks, and seldom asks

  /** Where large messages lie on their way into the store. */
  private static final File SPOOL = new File(System.getProperty("java.io.tmpdir"));

  private final SmtpFrontSettings settings;
  private final Authorizer authorizer;
  private final Map<Service, StoringSink> sinks;
  private final Limits limits;
  private final Metrics metrics;
  private final String tooMany;
  private final Thread renewals = Thread.ofVirtual().name("renew").unstarted(this::renew);
  private final Map<Door, TcpServer> servers = new EnumMap<>(Door.class);

  /**
   * What it works with.
   *
   * @param check asked about messages of domains that want to refuse some
   */
  public record Ports(Authorizer authorizer, IncomingMessages messages, SessionCheck check) {
    /** Where everything is taken. */
    public Ports(Authorizer authorizer, IncomingMessages messages) {
      this(authorizer, messages, SessionCheck.NONE);
    }
  }

  private SmtpFront(
      SmtpFrontSettings settings,
      Authorizer authorizer,
      Map<Service, StoringSink> sinks,
      Limits limits,
      Metrics metrics) {
    this.settings = settings;
    this.authorizer = authorizer;
    this.sinks = sinks;
    this.limits = limits;
    this.metrics = metrics;
    this.tooMany = // RFC 5321 section 3.8: 421, and the channel is closed
        SmtpReply.of(
                421,
                7,
                0,
                settings.hostname() + " too many connections from your network, try again later")
            .toWire();
  }

  /**
   * What holds for all fronts together.
   *
   * @param rates how much in a time
   * @param places how many connections at once
   */
  private record Limits(SharedRates rates, SharedPlaces places) {}

  /** Opens the doors, without metrics. */
  public static SmtpFront start(
      SmtpFrontSettings settings,
      Authorizer authorizer,
      IncomingMessages messages,
      Clock clock,
      RandomGenerator random)
      throws IOException {
    return start(settings, new Ports(authorizer, messages), clock, random, Metrics.off());
  }

  /**
   * Opens the doors.
   *
   * @param random for message ids; safe for many threads, such as SecureRandom
   * @throws IOException when a port is taken; none is open then
   */
  public static SmtpFront start(
      SmtpFrontSettings settings, Ports ports, Clock clock, RandomGenerator random, Metrics metrics)
      throws IOException {
    Authorizer authorizer = ports.authorizer();
    Map<Service, StoringSink> sinks = new EnumMap<>(Service.class);
    for (Service service : Service.values()) {
      boolean completes = service == Service.SUBMISSION;
      sinks.put(service, new StoringSink(settings.hostname(), ports, clock, random, completes));
    }
    Duration memory = settings.defence().recipientMemory();
    Authorizer asked =
        memory.isZero() ? authorizer : new RememberingRecipients(authorizer, memory, clock);
    SmtpFrontSettings.Defence defence = settings.defence();
    var limits =
        new Limits(
            new SharedRates(rates(defence), authorizer, clock),
            new SharedPlaces(
                defence.connectionsPerClient(), authorizer, SharedPlaces.name(random), clock));
    SmtpFront front =
        new SmtpFront(settings, new RememberingAuthorizer(asked, clock), sinks, limits, metrics);
    try {
      for (Door door : settings.ports().keySet()) {
        front.open(door);
      }
      front.renewals.start();
      return front;
    } catch (IOException taken) {
      front.drain(Duration.ZERO);
      throw taken;
    }
  }

  private static Map<Counted, Integer> rates(SmtpFrontSettings.Defence defence) {
    return Map.of(
        Counted.CONNECTIONS, defence.network().connectionsPerMinute(),
        Counted.MESSAGES, defence.network().messagesPerHour(),
        Counted.RECIPIENTS, defence.network().recipientsPerHour(),
        Counted.REFUSALS, defence.network().refusalsPerHour(),
        Counted.USER_RECIPIENTS, defence.recipientsPerHour());
  }

  private void open(Door door) throws IOException {
    Meter meter = new Meter(metrics, door);
    String busy =
        SmtpReply.of(421, 3, 2, settings.hostname() + " too many connections, try again later")
            .toWire();
    String farewell =
        SmtpReply.of(421, 3, 2, settings.hostname() + " shutting down, try again later").toWire();
    var address = new InetSocketAddress(settings.bind(), settings.ports().get(door));
    String name = door.name().toLowerCase(java.util.Locale.ROOT);
    TcpServer.Options options =
        TcpServer.Options.plain(name, address, settings.maxConnections(), busy, farewell)
            .withProxied(peer ->
                settings.proxyNetworks().stream()
                    .anyMatch(network -> network.contains(peer.getHostAddress())))
            .withAdmission(this::admit)
            .withRefusals(meter::refused);
    if (door.implicitTls()) {
      options = options.withTls(settings.tls());
    }
    SmtpSettings smtp =
        new SmtpSettings(
                door.service(),
                settings.hostname(),
                Optional.of(settings.tls()),
                EXTENSIONS,
                SmtpLimits.of(settings.maxMessageBytes())
                    .withGreetingDelay(settings.defence().greetingDelay()))
            .withBearerTokens(settings.bearerTokens());
    servers.put(door, TcpServer.start(options, wire -> converse(wire, smtp, meter)));
  }

  /** On all doors together, and whoever will log in: nobody is known yet. */
  private Admission.Verdict admit(InetAddress client) {
    if (client.isLoopbackAddress()) {
      return Admission.Admitted.FREELY;
    }
    String address = client.getHostAddress();
    if (!limits.rates().take(Counted.CONNECTIONS, address)) {
      return new Admission.TurnedAway(Refusal.CLIENT_RATE, tooMany);
    }
    return limits
        .places()
        .enter(address)
        .<Admission.Verdict>map(Admission.Admitted::new)
        .orElseGet(() -> new Admission.TurnedAway(Refusal.CLIENT_LIMIT, tooMany));
  }

  private void converse(Wire wire, SmtpSettings smtp, Meter meter) throws IOException {
    var asking =
        smtp.service() == Service.MX ? Authorizer.Service.INBOUND : Authorizer.Service.SUBMISSION;
    meter.connection();
    var gate = new AuthorizerGate(authorizer, asking, limits.rates());
    var store = sinks.get(smtp.service());
    SmtpSink sink =
        transaction -> store.begin(transaction, gate.wantsCheck(transaction.recipients()));
    var ports =
        new SmtpConnection.Ports(meter.gate(gate), meter.sink(sink, gate::message), meter::refused);
    try {
      new SmtpConnection(wire, smtp, ports).run();
    } finally {
      gate.noMessage();
    }
  }

  private void renew() {
    try {
      while (true) {
        Thread.sleep(RENEWAL);
        limits.places().renew();
      }
    } catch (InterruptedException closed) {
      // nobody is served any more
    }
  }

  /** What is wrong now, for a load balancer that asks; it costs no question to anybody. */
  public Optional<String> trouble() {
    for (var server : servers.entrySet()) {
      if (!server.getValue().isAccepting()) {
        return Optional.of(server.getKey() + " accepts no connections");
      }
    }
    return settings.maxMessageBytes() > SPOOL.getUsableSpace()
        ? Optional.of("no room for a message in " + SPOOL)
        : Optional.empty();
  }

  /** The port of a door that is open. */
  public int port(Door door) {
    return servers.get(door).port();
  }

  /**
   * Closes the doors: new connections and idle sessions are told 421, transactions get time to
   * finish.
   *
   * @return whether all of them did
   */
  public boolean drain(Duration limit) {
    renewals.interrupt();
    List<Thread> drains = new ArrayList<>();
    List<Door> cutOff = java.util.Collections.synchronizedList(new ArrayList<>());
    servers.forEach((door, server) ->
        drains.add(
            Thread.ofVirtual()
                .start(() -> {
                  if (!server.drain(limit)) {
                    cutOff.add(door);
                  }
                })));
    try {
      for (Thread drain : drains) {
        drain.join();
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      servers.values().forEach(TcpServer::close);
      return false;
    }
    return cutOff.isEmpty();
  }

  @Override
  public void close() {
    drain(CLOSE_LIMIT);
  }
}

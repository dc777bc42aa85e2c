package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.aws.AwsPorts;
import skypost.mail.contract.TestClock;
import skypost.mail.directory.Account;
import skypost.mail.directory.DnsList;
import skypost.mail.directory.Domain;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.Screening;
import skypost.mail.directory.SmartHosts;
import skypost.mail.dns.TestDns;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.net.TestClient;
import skypost.smtp.Door;

/**
 * What it costs to have everything on that an administrator may have on against strangers: DNS
 * lists, greylisting, and limits that all fronts share, at their values in the cloud. Counted as in
 * {@link CostTest}, with messages of a kilobyte, for size costs here what it costs there.
 */
class DefenceCostTest {
  private static final int NETWORKS = 20;
  private static final int MAILBOXES = 10;

  @TempDir private Path data;
  private volatile Duration late = Duration.ZERO;
  private final Clock clock = TestClock.of(() -> Instant.now().plus(late));
  private final Closing opened = new Closing();
  private SteppedSystem system;

  @BeforeEach
  void start() throws Exception {
    TestDns dns = opened.add(TestDns.start());
    system =
        opened.add(
            SteppedSystem.start(
                Map.of(
                    "SKYPOST_DATA", data.toString(),
                    "SKYPOST_DNS", dns.address().toString(),
                    "SKYPOST_PROXY_NETWORKS", "127.0.0.1/32",
                    "SKYPOST_RECIPIENT_MEMORY", "60",
                    "SKYPOST_MAX_CONNECTIONS_PER_CLIENT", "50",
                    "SKYPOST_MAX_CONNECTIONS_PER_MINUTE", "300",
                    "SKYPOST_MAX_CLIENT_MESSAGES_PER_HOUR", "10000",
                    "SKYPOST_MAX_CLIENT_RECIPIENTS_PER_HOUR", "20000"),
                clock));
    AwsPorts ports = system.ports();
    ports.directory().putDomain(Domain.local("example.com"));
    for (int i = 0; i < MAILBOXES; i++) {
      EmailAddress user = new EmailAddress("user" + i, "example.com");
      ports.mailboxes().create(user, 0);
      ports.directory().putAccount(new Account.User(user, 0, false));
    }
    List<DnsList> lists =
        List.of(
            new DnsList("one.lists.example", List.of(), 1),
            new DnsList("two.lists.example", List.of(), 1));
    screen(new Screening(lists, 1, true));
  }

  private void screen(Screening screening) throws IOException {
    var settings =
        new RelaySettings(List.of(), SmartHosts.NONE, List.of(), List.of(), Map.of(), screening);
    system.ports().directory().putRelay(settings);
  }

  @AfterEach
  void stop() {
    opened.close();
  }

  @Test
  void aStrangerCostsTwoWritesOnceAndAKnownSenderNextToNothing() throws Exception {
    // A warm function, and mailboxes that have been sealed once.
    session(250, "warm.example", 0);
    late = late.plus(Duration.ofMinutes(6));
    session(250, "warm.example", 100);
    receive(100);

    CountedRequests.reset();
    for (int network = 1; network <= NETWORKS; network++) {
      assertThat(session(network, "far.example", 1)).startsWith("451 4.7.1 greylisted");
    }
    report("the first contact of a stranger, put off", NETWORKS);
    assertThat(each("write units", NETWORKS)).isLessThanOrEqualTo(1);
    assertThat(each("read units", NETWORKS)).isLessThanOrEqualTo(1.2);
    assertThat(each("Invoke AuthorizeFunction", NETWORKS)).isEqualTo(1);

    late = late.plus(Duration.ofMinutes(6));
    CountedRequests.reset();
    for (int network = 1; network <= NETWORKS; network++) {
      assertThat(session(network, "far.example", 1)).startsWith("250 ");
    }
    receive(NETWORKS);
    report("his first message, when he comes again", NETWORKS);
    assertThat(each("write units", NETWORKS)).isLessThanOrEqualTo(3 + 2);

    Map<String, Double> screened = further("every further one, a session for each");
    screen(Screening.OFF);
    late = late.plus(Duration.ofMinutes(2)); // a warm function hears of it
    Map<String, Double> unscreened = further("the same while nobody is screened");
    for (String units : List.of("write units", "read units")) {
      assertThat(screened.get(units)).as(units).isLessThanOrEqualTo(unscreened.get(units) + 0.3);
    }
    assertThat(screened.get("Invoke AuthorizeFunction")).isLessThanOrEqualTo(1);
  }

  /** Ten messages of each network, whose recipients the front has to ask about. */
  private Map<String, Double> further(String what) throws IOException {
    late = late.plus(Duration.ofMinutes(2)); // the front has forgotten them
    int messages = 10 * NETWORKS;
    CountedRequests.reset();
    for (int network = 1; network <= NETWORKS; network++) {
      for (int i = 0; i < 10; i++) {
        assertThat(session(network, "far.example", 1, i)).startsWith("250 ");
      }
    }
    receive(messages);
    report(what, messages);
    Map<String, Double> each = new HashMap<>();
    CountedRequests.all().forEach((name, count) -> each.put(name, count / messages));
    return each;
  }

  /** Only who comes near a limit is told of, and a refusal asks nobody. */
  @Test
  void aFloodCostsAQuestionForAnEighthOfALimitAndNothingBeyond() throws Exception {
    session(250, "warm.example", 0);
    late = late.plus(Duration.ofMinutes(6));
    session(250, "warm.example", 1);
    CountedRequests.reset();

    int connections = 2000;
    int served = 0;
    for (int i = 0; i < connections; i++) {
      try (TestClient client = connect(7)) {
        if (client.hear().startsWith("220 ")) {
          served++;
          client.say("QUIT");
          client.hear(); // the end: its place is free
        }
      }
    }
    report("a connection of a flood", connections);
    assertThat(served).isBetween(300, 400); // a slow machine gives some back meanwhile
    assertThat(CountedRequests.count("Invoke AuthorizeFunction")).isLessThanOrEqualTo(served / 37);
    assertThat(CountedRequests.count("write units")).isLessThanOrEqualTo(served / 37);
  }

  private void receive(int messages) throws IOException {
    system.run(system.resources().incoming(), system.functions().receive(), messages);
  }

  private static double each(String operation, int messages) {
    return CountedRequests.count(operation) / messages;
  }

  private static void report(String what, int messages) {
    StringBuilder line = new StringBuilder("cost of " + what + ":");
    CountedRequests.all()
        .forEach((name, count) -> line.append(String.format(" %s %.3f;", name, count / messages)));
    System.out.println(line);
  }

  private TestClient connect(int network) throws IOException {
    TestClient client = TestClient.connect(system.port(Door.SMTP));
    byte[] header = // PROXY protocol v2: from 203.0.n.7
        HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000ccb0071070a00000130390019");
    header[18] = (byte) network;
    client.send(header);
    return client;
  }

  /** A session with so many messages, or with none; the last reply to a recipient. */
  private String session(int network, String domain, int messages) throws IOException {
    return session(network, domain, messages, network);
  }

  private String session(int network, String domain, int messages, int mailbox) throws IOException {
    try (TestClient client = connect(network)) {
      client.hear();
      client.say("EHLO " + domain);
      String reply = "";
      for (int i = 0; i < Math.max(messages, 1); i++) {
        client.say("MAIL FROM:<someone@" + domain + ">");
        reply = client.say("RCPT TO:<user" + (mailbox + i) % MAILBOXES + "@example.com>");
        if (messages == 0 || !reply.startsWith("250 ")) {
          return reply;
        }
        client.say("DATA");
        String text = "Subject: a subject of forty characters, more or less\r\n\r\n";
        assertThat(client.say(text + "x".repeat(70).concat("\r\n").repeat(14) + "."))
            .startsWith("250 ");
      }
      return reply;
    }
  }
}

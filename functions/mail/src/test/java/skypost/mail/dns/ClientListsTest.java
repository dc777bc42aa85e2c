package skypost.mail.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.mail.directory.DnsList;
import skypost.mail.directory.Network;
import skypost.mail.directory.Screening;
import skypost.mail.dns.ClientLists.Listed;

/** Lists on a DNS server of our own. */
class ClientListsTest {
  private static final String CLIENT = "192.0.2.99";
  private static final String REVERSED = "99.2.0.192.";

  private TestDns dns;
  private ClientLists lists;

  @BeforeEach
  void start() throws IOException {
    dns = TestDns.start();
    lists =
        new ClientLists(
            new Dns(Dns.resolver(Optional.of(dns.address())), Duration.ofSeconds(2)),
            Duration.ofSeconds(2));
  }

  @AfterEach
  void stop() {
    dns.close();
  }

  private static DnsList list(String zone, int weight, String... answers) {
    return new DnsList(zone, Arrays.stream(answers).map(Network::of).toList(), weight);
  }

  private Optional<Listed> check(int threshold, DnsList... asked) {
    return lists.check(CLIENT, new Screening(List.of(asked), threshold));
  }

  @Test
  void whoIsListedIsRefusedWithTheListsReason() {
    dns.add(REVERSED + "bad.example", "A", "127.0.0.2");
    dns.add(REVERSED + "bad.example", "TXT", "\"sent\\009spam,\" \" see https://bad.example/\"");

    assertThat(check(1, list("bad.example", 1)))
        .contains(new Listed("bad.example", "sentspam, see https://bad.example/"));
    assertThat(check(1, list("other.example", 1))).isEmpty();
  }

  @Test
  void ipv6IsAskedByNibbles() throws IOException {
    assertThat(ClientLists.reversed(InetAddress.ofLiteral("2001:db8:1:2:3:4:567:89ab")))
        .isEqualTo("b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2"); // RFC 5782
    dns.add(
        "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.bad.example",
        "A",
        "127.0.0.2");

    var screening = new Screening(List.of(list("bad.example", 1)), 1);
    assertThat(lists.check("2001:db8:1:2:3:4:567:89ab", screening))
        .contains(new Listed("bad.example", ""));
    assertThat(lists.check("2001:db8::1", screening)).isEmpty();
  }

  /** An error of a list, or a list that is no list any more, says nothing about the client. */
  @ParameterizedTest
  @CsvSource({
    "127.0.0.2, true",
    "127.0.1.255, true",
    "127.255.255.254, false",
    "127.255.255.252, false",
    "203.0.113.80, false"
  })
  void onlyAnswersThatListsMayGiveCount(String answer, boolean refused) {
    dns.add(REVERSED + "bad.example", "A", answer);

    assertThat(check(1, list("bad.example", 1)).isPresent()).isEqualTo(refused);
  }

  @Test
  void answersCanBeChosenAndWeighed() {
    dns.add(REVERSED + "bad.example", "A", "127.0.0.4")
        .add(REVERSED + "worse.example", "A", "127.0.0.2");
    dns.add(REVERSED + "good.example", "A", "127.0.9.1");

    assertThat(check(1, list("bad.example", 1, "127.0.0.2"))).as("another answer").isEmpty();
    assertThat(check(1, list("bad.example", 1, "127.0.0.2", "127.0.0.4/30"))).isPresent();
    assertThat(check(3, list("bad.example", 1), list("worse.example", 2)))
        .contains(new Listed("worse.example", ""));
    assertThat(check(4, list("bad.example", 1), list("worse.example", 2))).isEmpty();
    assertThat(check(3, list("bad.example", 1), list("worse.example", 2), list("good.example", -1)))
        .as("somebody speaks for the client")
        .isEmpty();
  }

  @Test
  void aFaultRefusesNobodyAndHoldsUpNoOtherList() {
    dns.fails(REVERSED + "broken.example").silent(REVERSED + "silent.example");
    dns.add(REVERSED + "bad.example", "A", "127.0.0.2");

    assertThat(check(1, list("broken.example", 5))).isEmpty();
    assertThat(check(1, list("silent.example", 5))).isEmpty();
    assertThat(
            check(1, list("silent.example", 5), list("broken.example", 5), list("bad.example", 1)))
        .contains(new Listed("bad.example", ""));
  }

  @Test
  void anAnswerIsKeptForItsTimeToLive() {
    dns.add(REVERSED + "bad.example", "A", "127.0.0.2").add(REVERSED + "bad.example", "TXT", "x");
    check(1, list("bad.example", 1));
    int asked = dns.questions().size();
    check(1, list("bad.example", 1));

    assertThat(dns.questions()).hasSize(asked);
  }
}

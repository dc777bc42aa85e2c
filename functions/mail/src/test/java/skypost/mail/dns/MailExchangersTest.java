package skypost.mail.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.SimpleResolver;
import skypost.mail.dns.Exchangers.Found;
import skypost.mail.dns.Exchangers.Later;
import skypost.mail.dns.Exchangers.Never;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.client.Peer;

/** Every rule of RFC 5321 section 5.1, asked of a real DNS server. */
class MailExchangersTest {
  private TestDns dns;
  private MailExchangers exchangers;

  @BeforeEach
  void start() throws IOException {
    dns = TestDns.start();
    SimpleResolver resolver =
        new SimpleResolver(
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), dns.address().port()));
    resolver.setTimeout(Duration.ofMillis(400));
    exchangers =
        new MailExchangers(
            new Dns(resolver, Duration.ofSeconds(20)),
            new OwnHost(Set.of("mx.us.example"), Set.of(InetAddress.ofLiteral("203.0.113.9"))),
            new Random(1));
  }

  @AfterEach
  void stop() {
    dns.close();
  }

  @Test
  void lowerPreferencesGoFirst() {
    dns.add("there.example", "MX", "30 c.there.example.")
        .add("there.example", "MX", "10 a.there.example.")
        .add("there.example", "MX", "20 b.there.example.")
        .add("a.there.example", "A", "192.0.2.1")
        .add("b.there.example", "A", "192.0.2.2")
        .add("c.there.example", "A", "192.0.2.3");

    assertThat(find("there.example"))
        .containsExactly(
            "a.there.example[192.0.2.1]:25",
            "b.there.example[192.0.2.2]:25",
            "c.there.example[192.0.2.3]:25");
  }

  @Test
  void equalsAreShuffled() {
    for (int i = 1; i <= 4; i++) {
      dns.add("there.example", "MX", "10 m" + i + ".there.example.")
          .add("m" + i + ".there.example", "A", "192.0.2." + i);
    }
    Set<String> firsts = new HashSet<>();
    for (int i = 0; i < 60; i++) {
      firsts.add(find("there.example").getFirst());
    }
    assertThat(firsts).hasSize(4);
  }

  @Test
  void allAddressesOfAnExchangerComeBeforeTheNext() {
    dns.add("there.example", "MX", "10 a.there.example.")
        .add("there.example", "MX", "20 b.there.example.")
        .add("a.there.example", "AAAA", "2001:db8::1")
        .add("a.there.example", "A", "192.0.2.1")
        .add("b.there.example", "AAAA", "2001:db8::2");

    assertThat(find("there.example"))
        .containsExactly(
            "a.there.example[192.0.2.1]:25",
            "a.there.example[2001:db8:0:0:0:0:0:1]:25",
            "b.there.example[2001:db8:0:0:0:0:0:2]:25");
  }

  @Test
  void withoutMxTheDomainItselfIsTheExchanger() {
    dns.add("there.example", "A", "192.0.2.1");

    assertThat(find("there.example")).containsExactly("there.example[192.0.2.1]:25");
  }

  @Test
  void withMxTheDomainsOwnAddressIsNeverUsed() {
    dns.add("there.example", "MX", "10 nowhere.there.example.")
        .add("there.example", "A", "192.0.2.1");

    assertThat(never("there.example")).startsWith("550 5.4.4");
  }

  @Test
  void anAddressOfOursCutsTheListUnderWhateverName() {
    dns.add("there.example", "MX", "10 a.there.example.")
        .add("there.example", "MX", "20 backup.there.example.")
        .add("there.example", "MX", "20 b.there.example.")
        .add("there.example", "MX", "30 c.there.example.")
        .add("a.there.example", "A", "192.0.2.1")
        .add("b.there.example", "A", "192.0.2.2")
        .add("c.there.example", "A", "192.0.2.3")
        .add("backup.there.example", "A", "203.0.113.9");

    for (int i = 0; i < 20; i++) { // b is as near as we are, and comes before or after us by chance
      assertThat(find("there.example")).containsExactly("a.there.example[192.0.2.1]:25");
    }
  }

  @Test
  void mailForADomainThatOnlyWeTakeLoops() {
    dns.add("there.example", "MX", "10 backup.there.example.")
        .add("there.example", "MX", "20 c.there.example.")
        .add("c.there.example", "A", "192.0.2.3")
        .add("backup.there.example", "A", "203.0.113.9");
    dns.add("implicit.example", "A", "203.0.113.9");

    assertThat(never("there.example")).startsWith("554 5.4.6");
    assertThat(never("implicit.example")).startsWith("554 5.4.6");
  }

  @Test
  void whereABetterOneCannotBeToldNowThatWeAreNextDecidesNothing() {
    dns.add("there.example", "MX", "10 a.there.example.")
        .add("there.example", "MX", "20 backup.there.example.")
        .add("backup.there.example", "A", "203.0.113.9")
        .fails("a.there.example");

    assertThat(exchangers.find("there.example", 25)).isInstanceOf(Later.class);
  }

  @Test
  void nullMxTakesNoMail() {
    dns.add("there.example", "MX", "0 .").add("there.example", "A", "192.0.2.1");

    assertThat(never("there.example")).startsWith("556 5.1.10");
  }

  @Test
  void aNullMxAmongOthersIsIgnored() {
    dns.add("there.example", "MX", "0 .")
        .add("there.example", "MX", "10 a.there.example.")
        .add("a.there.example", "A", "192.0.2.1");

    assertThat(find("there.example")).containsExactly("a.there.example[192.0.2.1]:25");
  }

  @Test
  void anAliasDomainIsSentToItsTargetsExchangers() {
    dns.add("alias.example", "CNAME", "there.example.")
        .add("there.example", "MX", "10 a.there.example.")
        .add("a.there.example", "CNAME", "b.there.example.")
        .add("b.there.example", "A", "192.0.2.1");

    assertThat(find("alias.example")).containsExactly("a.there.example[192.0.2.1]:25");
  }

  @Test
  void aDomainThatDoesNotExistIsPermanent() {
    assertThat(never("nowhere.example")).startsWith("550 5.1.2");
  }

  @Test
  void aDomainWithNeitherExchangerNorAddressIsPermanent() {
    dns.add("there.example", "TXT", "hello");

    assertThat(never("there.example")).startsWith("550 5.1.2");
  }

  @Test
  void aFailingServerIsTemporary() {
    dns.fails("broken.example").fails("refused.example", Rcode.REFUSED);

    assertThat(later("broken.example")).startsWith("451 4.4.3");
    assertThat(later("refused.example")).startsWith("451 4.4.3");
  }

  @Test
  void aSilentServerIsTemporary() {
    dns.silent("slow.example");

    assertThat(later("slow.example")).startsWith("451 4.4.3");
  }

  @Test
  void anExchangerWhoseAddressCannotBeToldIsPassedOver() {
    dns.add("there.example", "MX", "10 a.there.example.")
        .add("there.example", "MX", "20 b.there.example.")
        .fails("a.there.example")
        .add("b.there.example", "A", "192.0.2.2");

    assertThat(find("there.example")).containsExactly("b.there.example[192.0.2.2]:25");
  }

  @Test
  void ifNoAddressCanBeToldItIsTemporary() {
    dns.add("there.example", "MX", "10 a.there.example.")
        .add("there.example", "MX", "20 b.there.example.")
        .fails("a.there.example");

    assertThat(later("there.example")).startsWith("451 4.4.3");
  }

  @Test
  void ourOwnNameEndsTheListAtOurPreference() {
    dns.add("there.example", "MX", "10 a.there.example.")
        .add("there.example", "MX", "20 MX.us.example.")
        .add("there.example", "MX", "20 b.there.example.")
        .add("there.example", "MX", "30 c.there.example.")
        .add("a.there.example", "A", "192.0.2.1")
        .add("b.there.example", "A", "192.0.2.2")
        .add("c.there.example", "A", "192.0.2.3");

    assertThat(find("there.example")).containsExactly("a.there.example[192.0.2.1]:25");
  }

  @Test
  void ourOwnNameAtTheHeadIsALoop() {
    dns.add("there.example", "MX", "10 mx.us.example.")
        .add("there.example", "MX", "20 b.there.example.");
    dns.add("mx.us.example", "A", "192.0.2.9");

    assertThat(never("there.example")).startsWith("554 5.4.6");
    assertThat(never("mx.us.example")).startsWith("554 5.4.6");
  }

  @Test
  void internationalNamesAreAskedForInALabels() { // RFC 5891 section 5.5, RFC 6531 section 3.2
    dns.add("xn--bcher-kva.example", "MX", "10 mx.xn--bcher-kva.example.")
        .add("mx.xn--bcher-kva.example", "A", "192.0.2.1")
        .add("xn--strae-oqa.example", "A", "192.0.2.2")
        .add("strasse.example", "A", "192.0.2.3");

    assertThat(find(domain("käthe@Bücher.example")))
        .containsExactly("mx.xn--bcher-kva.example[192.0.2.1]:25");
    assertThat(find(domain("käthe@straße.example")))
        .as("not that of strasse.example")
        .containsExactly("xn--strae-oqa.example[192.0.2.2]:25");
  }

  private static String domain(String address) {
    return EmailAddress.parse(address).orElseThrow().domain();
  }

  @Test
  void addressLiteralsAreGoneToDirectly() {
    assertThat(find("[192.0.2.7]")).containsExactly("[192.0.2.7][192.0.2.7]:25");
    assertThat(find("[ipv6:2001:db8::7]"))
        .containsExactly("[ipv6:2001:db8::7][2001:db8:0:0:0:0:0:7]:25");
    assertThat(dns.questions()).isEmpty();
  }

  @Test
  void answersAreKeptForTheirTimeToLive() {
    dns.add("there.example", "MX", "10 a.there.example.")
        .add("a.there.example", "A", "192.0.2.1")
        .empty("a.there.example");
    find("there.example");
    int asked = dns.questions().size();

    find("there.example");

    assertThat(dns.questions()).filteredOn(question -> question.endsWith(" MX")).hasSize(1);
    assertThat(dns.questions().size()).isLessThan(asked * 2);
  }

  @Test
  void hundredsOfAddressesAreCut() {
    dns.add("there.example", "MX", "10 a.there.example.");
    for (int i = 1; i <= 20; i++) {
      dns.add("a.there.example", "A", "192.0.2." + i);
    }
    assertThat(find("there.example")).hasSize(MailExchangers.MAX_PEERS);
  }

  @Test
  void aHostThatTheAdministratorNamedIsNeverAPermanentFault() {
    dns.add("relay.example", "A", "192.0.2.5").add("relay.example", "MX", "10 other.example.");

    assertThat(((Found) exchangers.host("relay.example", 587)).peers())
        .extracting(Peer::toString)
        .containsExactly("relay.example[192.0.2.5]:587");
    assertThat(((Found) exchangers.host("192.0.2.6", 25)).peers())
        .extracting(Peer::toString)
        .containsExactly("192.0.2.6[192.0.2.6]:25");
    assertThat(((Later) exchangers.host("misspelt.example", 25)).reply().toString())
        .startsWith("451 4.4.4");
  }

  private List<String> find(String domain) {
    return ((Found) exchangers.find(domain, 25)).peers().stream().map(Peer::toString).toList();
  }

  private String never(String domain) {
    return ((Never) exchangers.find(domain, 25)).reply().toString();
  }

  private String later(String domain) {
    return ((Later) exchangers.find(domain, 25)).reply().toString();
  }
}

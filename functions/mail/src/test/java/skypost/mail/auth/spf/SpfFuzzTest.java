package skypost.mail.auth.spf;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import skypost.mail.auth.Zone;
import skypost.mail.dns.Lookups;

/** Any record comes to a result within the limits of RFC 7208 section 4.6.4. */
class SpfFuzzTest {
  @FuzzTest(maxDuration = "10s")
  void anyOctetsAreARecord(byte[] octets) {
    String text = new String(octets, StandardCharsets.ISO_8859_1);
    Everywhere dns = new Everywhere("v=spf1 " + text);

    SpfVerdict verdict = SpfCheck.check(Zone.session("192.0.2.1", text, "a.b@example.com"), dns);

    assertThat(verdict.result().code()).isNotEmpty();
    // 10 terms, of which an mx asks for 10 hosts and a ptr for 10 names; two texts besides
    assertThat(dns.questions).isLessThan(130);
    if (verdict.result() instanceof SpfResult.Fail(String explanation)) {
      assertThat(explanation.chars()).allMatch(c -> c >= ' ' && c <= '~');
    }
  }

  /** The same record at every name. */
  private static final class Everywhere implements Lookups {
    private final String record;
    private int questions;

    Everywhere(String record) {
      this.record = record;
    }

    @Override
    public Found<String> texts(String name) {
      questions++;
      return new Found.Records<>(List.of(record));
    }

    @Override
    public Found<InetAddress> addresses(String name, boolean ipv6) {
      questions++;
      return new Found.Records<>(List.of(InetAddress.ofLiteral("192.0.2.9")));
    }

    @Override
    public Found<String> exchangers(String name) {
      questions++;
      return new Found.Records<>(List.of("mx.example.com"));
    }

    @Override
    public Found<String> names(InetAddress address) {
      questions++;
      return new Found.Records<>(List.of("host.example.com"));
    }
  }
}

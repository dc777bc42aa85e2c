package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.mail.dns.TestDns;

/** Strangers meet a DNS list and greylisting that the administrator has switched on. */
class ScreeningTest {
  @TempDir private Path data;

  @Test
  void listedAndNewClientsAreTurnedAwayInTheDialogue() throws Exception {
    try (TestDns dns = TestDns.start()) {
      dns.add("9.0.0.127.bad.example", "A", "127.0.0.2");
      dns.add("9.0.0.127.bad.example", "TXT", "\"ask https://bad.example/\"");
      var settings =
          Map.of(
              "SKYPOST_TRUSTED_NETWORKS", "127.0.0.1/32", "SKYPOST_DNS", dns.address().toString());
      try (LocalProcess system = LocalProcess.start(data, settings)) {
        system.users("example.com", "bob");
        String screening =
            "{\"trustedNetworks\": [\"127.0.0.1/32\"], \"greylisting\": true,"
                + " \"dnsLists\": {\"lists\": [{\"zone\": \"bad.example\"}]}}";
        assertThat(system.api("PUT", "/v1/relay", screening).status()).isEqualTo(200);

        assertThat(rcpt(system, "127.0.0.9"))
            .startsWith("550 5.7.1 127.0.0.9 is listed by bad.example: ask https://bad.example/");
        assertThat(explain(system, "127.0.0.9"))
            .containsEntry("rule", "dns-list:bad.example")
            .containsEntry("accepted", false);
        assertThat(explain(system, "127.0.0.8")).containsEntry("rule", "greylisted");
        assertThat(rcpt(system, "127.0.0.8")).startsWith("451 4.7.1 greylisted");
        assertThat(rcpt(system, "127.0.0.8")).startsWith("451 4.7.1 greylisted");
        assertThat(rcpt(system, "127.0.0.1")).startsWith("250 ");
      }
    }
  }

  private static Map<String, Object> explain(LocalProcess system, String client) {
    String question = "{\"client\": \"" + client + "\", \"to\": \"bob@example.com\"}";
    return system.api("POST", "/v1/relay/explain", question).body();
  }

  private static String rcpt(LocalProcess system, String client) throws IOException {
    try (MailClient smtp = MailClient.connect(client, system.port("smtp"))) {
      assertThat(smtp.reply()).startsWith("220 ");
      assertThat(smtp.command("EHLO stranger.example")).startsWith("250 ");
      assertThat(smtp.command("MAIL FROM:<a@far.example>")).startsWith("250 ");
      return smtp.command("RCPT TO:<bob@example.com>");
    }
  }
}

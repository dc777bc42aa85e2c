package skypost.mail.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import skypost.mail.auth.Checked.OfMessage;
import skypost.mail.auth.dmarc.DmarcResult;
import skypost.mail.message.MessageSource;

/** Any message comes to a verdict, none to a pass, and any text may stand where a key should. */
class AuthenticationFuzzTest {
  @FuzzTest(maxDuration = "10s")
  void anyOctetsAreAMessage(byte[] octets) throws IOException {
    String text = new String(octets, StandardCharsets.ISO_8859_1);
    Zone zone = Zone.of("");
    zone.add("s._domainkey.example.com TXT " + text.replaceAll("[^ -~]|\\\\", "?"));
    zone.add("_dmarc.example.com TXT v=DMARC1;" + text.replaceAll("[^ -~]|\\\\", "?"));
    String signed = "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s; h=from;" + text;

    for (String message : new String[] {text, signed, "From: " + text + "\r\n" + signed}) {
      Optional<MessageSource> source =
          Optional.of(MessageSource.of(message.getBytes(StandardCharsets.ISO_8859_1)));
      Checked checked = Authentication.check(Zone.session("a@example.net"), source, zone);

      OfMessage of = checked.message().orElseThrow();
      assertThat(of.dkim()).isNotEmpty().noneMatch(each -> each.result().code().equals("pass"));
      assertThat(of.dmarc().result()).isNotEqualTo(DmarcResult.PASS);
      assertThat(AuthenticationResults.of(checked, "mx").chars())
          .allMatch(c -> c >= ' ' && c <= '~');
    }
  }
}

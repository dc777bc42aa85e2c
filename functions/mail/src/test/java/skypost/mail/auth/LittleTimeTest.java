package skypost.mail.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import skypost.mail.auth.Checked.OfMessage;
import skypost.mail.auth.dmarc.DmarcResult;
import skypost.mail.auth.dmarc.Policy;
import skypost.mail.dns.Lookups;
import skypost.mail.message.MessageSource;

/** Whoever uses up the time for DNS gains nothing by it, and takes nothing from others. */
class LittleTimeTest {
  private static final String CASE = "/auth/cases/059-rfc8463-example/";
  private static final String SIGNATURE =
      "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=s%d; h=from;"
          + " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=AAAA\r\n";

  /** A DNS in which each answer of the forger's servers takes so long that there are but few. */
  private static final class Slow implements Lookups {
    private static final int QUESTIONS = 5;

    private final Zone zone;
    private final CountDownLatch othersAreThrough;
    private final AtomicInteger slow = new AtomicInteger();

    /**
     * @param othersAreThrough the forger's servers are so slow that this is before they answer,
     *     where it can be
     */
    Slow(Zone zone, CountDownLatch othersAreThrough) {
      this.zone = zone;
      this.othersAreThrough = othersAreThrough;
    }

    private static void wait(CountDownLatch latch) {
      try {
        latch.await(2, TimeUnit.SECONDS);
      } catch (InterruptedException ended) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public boolean isOver() {
      return slow.get() >= QUESTIONS;
    }

    private boolean isAsked(String name) {
      boolean over = isOver();
      if (name.equals("_dmarc.com")) {
        othersAreThrough.countDown();
      } else if (name.endsWith("forger.example.com")) {
        wait(othersAreThrough);
        slow.incrementAndGet();
      }
      return !over;
    }

    @Override
    public Found<String> texts(String name) {
      return isAsked(name) ? zone.texts(name) : new Found.Unknown<>("over");
    }

    @Override
    public Found<InetAddress> addresses(String name, boolean ipv6) {
      return isAsked(name) ? zone.addresses(name, ipv6) : new Found.Unknown<>("over");
    }

    @Override
    public Found<String> exchangers(String name) {
      return isAsked(name) ? zone.exchangers(name) : new Found.Unknown<>("over");
    }

    @Override
    public Found<String> names(InetAddress address) {
      return zone.names(address);
    }
  }

  private static String file(String name) throws IOException, URISyntaxException {
    var found = Objects.requireNonNull(LittleTimeTest.class.getResource(CASE + name));
    return Files.readString(Path.of(found.toURI()), StandardCharsets.ISO_8859_1);
  }

  private static Zone zone() throws IOException, URISyntaxException {
    Zone zone = Zone.of(file("dns.txt"));
    zone.add("_dmarc.football.example.com TXT v=DMARC1; p=reject");
    zone.add("football.example.com TXT v=spf1 -all");
    String includes = "";
    for (int i = 0; i < 9; i++) {
      zone.add("i" + i + ".forger.example.com TXT v=spf1 ip4:198.51.100.1 -all");
      includes += " include:i" + i + ".forger.example.com";
    }
    zone.add("forger.example.com TXT v=spf1" + includes + " -all");
    return zone;
  }

  private static OfMessage check(String sender, String message) throws Exception {
    return check(sender, message, new Slow(zone(), new CountDownLatch(0)));
  }

  private static OfMessage check(String sender, String message, Lookups dns) throws Exception {
    MessageSource source = MessageSource.of(message.getBytes(StandardCharsets.ISO_8859_1));
    return Authentication.check(Zone.session(sender), Optional.of(source), dns)
        .message()
        .orElseThrow();
  }

  private static String signatures(int count) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < count; i++) {
      all.append(SIGNATURE.formatted("forger.example.com", i));
    }
    return all.toString();
  }

  private static void assertRejected(OfMessage checked) {
    assertThat(checked.dmarc().result()).isEqualTo(DmarcResult.FAIL);
    assertThat(checked.dmarc().disposition()).isEqualTo(Policy.REJECT);
  }

  private static final String BOSS = "boss@football.example.com";

  /** With the body that the signatures have hashed, so that they are worth a look at their keys. */
  private static String from(String authors) throws Exception {
    String message = file("message.eml");
    return "From: " + authors + message.substring(message.indexOf("\r\n\r\n"));
  }

  @Test
  void aSlowSenderDoesNotHideWhatTheAuthorsDomainWants() throws Exception {
    assertRejected(check("x@forger.example.com", from(BOSS)));
    assertRejected(check("", from(BOSS)));
  }

  @Test
  void slowSignersDoNotEither() throws Exception {
    String inOurName = SIGNATURE.formatted("football.example.com", 1);

    assertRejected(check("x@forger.example.com", signatures(50) + from(BOSS)));
    assertRejected(check(BOSS, signatures(50) + inOurName + from(BOSS)));
    assertRejected(check("x@forger.example.com", inOurName + signatures(50) + from(BOSS)));
  }

  @Test
  void slowAuthorsDoNotEither() throws Exception {
    String crowd = from("a@a.b.c.d.forger.example.com, b@e.f.g.h.forger.example.com, " + BOSS);
    String inOurName = SIGNATURE.formatted("football.example.com", 1);

    assertRejected(check(BOSS, inOurName + crowd, new Slow(zone(), new CountDownLatch(1))));
    assertRejected(
        check(
            "x@forger.example.com",
            signatures(50) + crowd,
            new Slow(zone(), new CountDownLatch(1))));
  }

  @Test
  void aSignerOfAnotherOrganizationMakesNothingUnknownByNotAnswering() throws Exception {
    Zone zone = zone();
    zone.add("brisbane._domainkey.elsewhere.com FAILS");
    zone.add("_dmarc.elsewhere.com FAILS");
    zone.add("elsewhere.com TXT v=spf1 +all");

    assertRejected(check("x@elsewhere.com", from(BOSS), zone));
  }

  @Test
  void whoIsRightIsFoundAmongThem() throws Exception {
    OfMessage checked = check("x@forger.example.com", signatures(50) + file("message.eml"));

    assertThat(checked.dmarc().result()).isEqualTo(DmarcResult.PASS);
    assertThat(checked.dkim()).hasSize(52);
    assertThat(checked.dkim().getFirst().domain()).isEqualTo("forger.example.com");
    assertThat(checked.dkim().get(49).result().why()).contains("the time for DNS is over");
    assertThat(checked.dkim().getLast().result().code()).isEqualTo("pass");
  }
}

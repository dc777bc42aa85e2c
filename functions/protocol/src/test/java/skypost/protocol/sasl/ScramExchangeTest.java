package skypost.protocol.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server's side, step by step. */
class ScramExchangeTest {
  private static final byte[] CHANNEL = "32 octets that both ends can make".getBytes(UTF_8);

  /** The example of RFC 7677 section 3. */
  @Test
  void speaksTheExampleOfTheRfc() {
    SaslChannel channel = new SaslChannel(Optional.empty(), () -> "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
    var client = new TestScram("n,,", new byte[0], "user", "pencil", "rOprNGfwEbeRWgbNEkqO");

    SaslStep.FindSalt find =
        (SaslStep.FindSalt) say(begin(Sasl.SCRAM_SHA_256, channel), client.first());
    assertThat(client.first()).isEqualTo("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    assertThat(find.username()).isEqualTo("user");

    SaslStep.Challenge first = (SaslStep.Challenge) find.salted(TestScram.SALT);
    assertThat(text(first))
        .isEqualTo(
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");

    String last = client.last(text(first));
    assertThat(last)
        .isEqualTo(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    SaslStep.CheckProof check = (SaslStep.CheckProof) say(first.next(), last);
    Optional<String> signature = TestScram.check("pencil", check.proof());
    assertThat(signature).contains("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");

    SaslStep.Challenge proof = (SaslStep.Challenge) check.proven(signature.orElseThrow());
    assertThat(text(proof)).isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    assertThat(say(proof.next(), "")).isEqualTo(new SaslStep.Proven());
  }

  @Test
  void aClientThatSaysNothingAtFirstIsAsked() {
    SaslStep step = begin(Sasl.SCRAM_SHA_256, unbound()).step(Optional.empty());

    assertThat(text((SaslStep.Challenge) step)).isEmpty();
    assertThat(say(((SaslStep.Challenge) step).next(), "n,,n=a=2Cb=3Dc,r=x"))
        .isInstanceOfSatisfying(
            SaslStep.FindSalt.class, find -> assertThat(find.username()).isEqualTo("a,b=c"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "n",
        "n,",
        "n,,",
        "n,,n=,r=x",
        "n,,n=user,r=",
        "n,,n=user",
        "n,,r=x,n=user",
        "n,,n=us=er,r=x",
        "n,,n=us=2cer,r=x",
        "n,,n=user,r=with space",
        "n,,n=user,r=x,",
        "n,,m=ext,n=user,r=x",
        "n,a=other,n=user,r=x",
        "n,user,n=user,r=x",
        "q,,n=user,r=x",
        "p=,,n=user,r=x",
        "n,,n=user,r=x\0"
      })
  void whatIsNoFirstMessageIsRefused(String message) {
    assertThat(say(begin(Sasl.SCRAM_SHA_256, unbound()), message))
        .isInstanceOf(SaslStep.Refused.class);
  }

  @Test
  void anOverlongMessageIsRefused() {
    String name = "=2C".repeat(100_000);
    assertThat(say(begin(Sasl.SCRAM_SHA_256, unbound()), "n,,n=" + name + ",r=x"))
        .isInstanceOf(SaslStep.Refused.class);
  }

  @Test
  void oneMayNameOneselfTwice() {
    assertThat(say(begin(Sasl.SCRAM_SHA_256, unbound()), "n,a=user,n=user,r=x"))
        .isInstanceOf(SaslStep.FindSalt.class);
  }

  @Test
  void aBoundExchangeNeedsTheSameChannelAtBothEnds() {
    SaslChannel channel = SaslChannel.of(Optional.of(CHANNEL));
    assertThat(exchange(channel, CHANNEL)).isInstanceOf(SaslStep.CheckProof.class);
    assertThat(exchange(channel, "the channel to the man in the middle".getBytes(UTF_8)))
        .isEqualTo(new SaslStep.Refused("another channel"));
    assertThat(exchange(channel, new byte[0])).isEqualTo(new SaslStep.Refused("another channel"));
  }

  private static SaslStep exchange(SaslChannel channel, byte[] clientsChannel) {
    var client = new TestScram("p=tls-exporter,,", clientsChannel, "user", "pencil", "abc");
    SaslStep find = say(begin(Sasl.SCRAM_SHA_256_PLUS, channel), client.first());
    SaslStep.Challenge first =
        (SaslStep.Challenge) ((SaslStep.FindSalt) find).salted(TestScram.SALT);
    return say(first.next(), client.last(text(first)));
  }

  /** RFC 5802 section 6. */
  @Test
  void aDowngradeIsFoundOut() {
    SaslChannel bound = SaslChannel.of(Optional.of(CHANNEL));
    assertThat(say(begin(Sasl.SCRAM_SHA_256, bound), "y,,n=user,r=x"))
        .as("the client could bind, and was shown no -PLUS")
        .isInstanceOf(SaslStep.Refused.class);
    assertThat(say(begin(Sasl.SCRAM_SHA_256, unbound()), "y,,n=user,r=x"))
        .as("and there was none")
        .isInstanceOf(SaslStep.FindSalt.class);
    assertThat(say(begin(Sasl.SCRAM_SHA_256, bound), "n,,n=user,r=x"))
        .as("a client that cannot bind")
        .isInstanceOf(SaslStep.FindSalt.class);
    for (String first :
        new String[] {"n,,n=user,r=x", "y,,n=user,r=x", "p=tls-unique,,n=user,r=x"}) {
      assertThat(say(begin(Sasl.SCRAM_SHA_256_PLUS, bound), first))
          .as(first)
          .isInstanceOf(SaslStep.Refused.class);
    }
    assertThat(say(begin(Sasl.SCRAM_SHA_256, bound), "p=tls-exporter,,n=user,r=x"))
        .isInstanceOf(SaslStep.Refused.class);
    assertThat(say(begin(Sasl.SCRAM_SHA_256_PLUS, unbound()), "p=tls-exporter,,n=user,r=x"))
        .isInstanceOf(SaslStep.Refused.class);
  }

  @Test
  void aLastMessageIsWorthNothingInAnotherExchange() {
    var client = new TestScram("n,,", new byte[0], "user", "pencil", "abc");
    SaslStep.Challenge one = serverFirst(client);
    SaslStep.Challenge two = serverFirst(client);
    String last = client.last(text(one));

    assertThat(say(two.next(), last)).isEqualTo(new SaslStep.Refused("another nonce"));
    assertThat(say(one.next(), last)).isInstanceOf(SaslStep.CheckProof.class);
    assertThat(say(one.next(), last.replace("c=biws", "c=eSws"))) // y,,
        .isEqualTo(new SaslStep.Refused("another channel"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "c=biws",
        "c=biws,r=NONCE",
        "c=?,r=NONCE,p=AAAA",
        "r=NONCE,p=AAAA",
        "c=biws,r=NONCE,p=AAA",
        "c=biws,r=NONCE,p=AAAA,x=y"
      })
  void whatIsNoLastMessageIsRefused(String message) {
    SaslStep.Challenge first =
        serverFirst(new TestScram("n,,", new byte[0], "user", "pencil", "abc"));
    String nonce = text(first).substring(2, text(first).indexOf(','));

    assertThat(say(first.next(), message.replace("NONCE", nonce)))
        .isInstanceOf(SaslStep.Refused.class);
  }

  private static SaslStep.Challenge serverFirst(TestScram client) {
    SaslStep find = say(begin(Sasl.SCRAM_SHA_256, unbound()), client.first());
    return (SaslStep.Challenge) ((SaslStep.FindSalt) find).salted(TestScram.SALT);
  }

  private static SaslChannel unbound() {
    return SaslChannel.of(Optional.empty());
  }

  private static SaslExchange begin(Sasl mechanism, SaslChannel channel) {
    return mechanism.begin(channel);
  }

  private static SaslStep say(SaslExchange exchange, String message) {
    return exchange.step(Optional.of(message.getBytes(UTF_8)));
  }

  private static String text(SaslStep.Challenge challenge) {
    return new String(challenge.octets(), UTF_8);
  }
}

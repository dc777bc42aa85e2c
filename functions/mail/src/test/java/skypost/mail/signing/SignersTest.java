package skypost.mail.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import skypost.mail.auth.RawMessage;
import skypost.mail.auth.Zone;
import skypost.mail.auth.dkim.DkimSigner;
import skypost.mail.auth.dkim.DkimVerifier;
import skypost.mail.auth.dkim.SignableMessage;
import skypost.mail.contract.TestClock;
import skypost.mail.memory.InMemorySigningKeys;
import skypost.mail.message.MessageSource;
import skypost.mail.signing.SigningPair.State;

/** Which keys sign while they change. */
class SignersTest {
  private final TestClock clock = new TestClock("2026-11-25T12:00:00Z");
  private final InMemorySigningKeys kept = new InMemorySigningKeys();
  private final Faulty keys = new Faulty();
  private final Counting vault = new Counting();
  private final MakeSigningPair make = new MakeSigningPair(vault, new SecureRandom());
  private final Signers signers = new Signers(keys, vault, clock);

  private SigningPair active(String domain) throws IOException {
    DomainKeys present = kept.of(domain);
    SigningPair made = make.make(present, clock.instant()).in(new State.Active(clock.instant()));
    List<SigningPair> retired =
        present.pairs().stream().map(pair -> pair.in(new State.Retired(clock.instant()))).toList();
    DomainKeys next = present.replacing(retired).with(made);
    kept.replace(new DomainKeys(domain, present.version() + 1, next.pairs()));
    return made;
  }

  private List<String> selectors(String domain) throws IOException {
    return signers.of(domain).map(DkimSigner::keys).orElse(List.of()).stream()
        .map(DkimSigner.Key::selector)
        .toList();
  }

  @Test
  void aDomainThatIsMadeAnewHasNoSelectorOfBefore() throws IOException {
    SigningPair before = make.make(DomainKeys.none("example.com"), clock.instant());
    SigningPair after = make.make(DomainKeys.none("example.com"), clock.instant());

    assertThat(after.halves())
        .extracting(SigningPair.Half::selector)
        .doesNotContainAnyElementsOf(
            before.halves().stream().map(SigningPair.Half::selector).toList())
        .allMatch(selector -> selector.matches("s20[0-9]{6}-[0-9a-z]{5}-(rsa|ed25519)"));
  }

  @Test
  void whatTheKeysSignVerifiesByTheirRecords() throws IOException {
    SigningPair pair = active("example.com");
    String message = "From: a@example.com\r\nSubject: x\r\n\r\nhi\r\n";
    var signable = new SignableMessage();
    signable.write(message.getBytes(StandardCharsets.US_ASCII));
    byte[] fields = signers.of("example.com").orElseThrow().sign(signable, clock.instant());
    Zone zone = Zone.of("");
    pair.halves()
        .forEach(half -> zone.add(half.recordName("example.com") + " TXT " + half.record()));

    byte[] signed =
        (new String(fields, StandardCharsets.US_ASCII) + message)
            .getBytes(StandardCharsets.US_ASCII);
    assertThat(
            DkimVerifier.verify(RawMessage.read(MessageSource.of(signed)), clock.instant(), zone))
        .extracting(verdict -> verdict.result().code() + " " + verdict.algorithm())
        .containsExactly("pass rsa-sha256", "pass ed25519-sha256");
    assertThat(pair.halves().getFirst().publicKey()).hasSizeBetween(390, 394); // 2048 bits
  }

  @Test
  void aDomainWithoutKeysIsSignedForByTheNearestAbove() throws IOException {
    SigningPair pair = active("example.com");

    assertThat(signers.of("mx.eu.example.com").orElseThrow().domain()).isEqualTo("example.com");
    assertThat(selectors("a.example.com"))
        .containsExactly(pair.id() + "-rsa", pair.id() + "-ed25519");
    assertThat(signers.of("example.org")).isEmpty();
    assertThat(signers.of("notexample.com")).isEmpty();
    assertThat(keys.asked).doesNotContain("com", "org");
  }

  @Test
  void onlyTheActivePairSigns() throws IOException {
    DomainKeys present = kept.of("example.com");
    kept.replace(present.with(make.make(present, clock.instant())));

    assertThat(signers.of("example.com")).isEmpty();
  }

  @Test
  void aChangeIsSeenWithinAMinuteAndAMessageCostsNoRead() throws IOException {
    SigningPair first = active("example.com");
    for (int i = 0; i < 100; i++) {
      assertThat(selectors("example.com")).contains(first.id() + "-rsa");
    }
    assertThat(keys.asked).hasSize(1);
    SigningPair second = active("example.com");
    clock.advance(Duration.ofSeconds(59));
    assertThat(selectors("example.com")).contains(first.id() + "-rsa");
    clock.advance(Duration.ofSeconds(1));
    assertThat(selectors("example.com")).contains(second.id() + "-rsa");
    assertThat(second.id()).isNotEqualTo(first.id());
  }

  @Test
  void aKeyIsOpenedOnceAsLongAsItIsUsed() throws IOException {
    active("example.com");
    for (int minute = 0; minute < 120; minute++) {
      selectors("example.com");
      clock.advance(Duration.ofMinutes(1));
    }
    assertThat(vault.opened).isEqualTo(2);

    clock.advance(Signers.IDLE);
    selectors("example.org");
    clock.advance(Duration.ofSeconds(1));
    selectors("example.com");
    assertThat(vault.opened).isEqualTo(4);
  }

  @Test
  void keysThatCannotBeHadMakeMailWaitAndKnownOnesDoForAWhile() throws IOException {
    active("example.com");
    keys.broken = true;
    assertThatThrownBy(() -> signers.of("example.com")).isInstanceOf(IOException.class);
    keys.broken = false;
    assertThat(selectors("example.com")).hasSize(2);
    keys.broken = true;
    for (int minute = 0; minute < 59; minute += 10) {
      clock.advance(Duration.ofMinutes(10));
      assertThat(selectors("example.com")).hasSize(2);
    }
    clock.advance(Duration.ofMinutes(2));
    assertThatThrownBy(() -> signers.of("example.com")).isInstanceOf(IOException.class);
  }

  private final class Faulty implements SigningKeys {
    final List<String> asked = new java.util.ArrayList<>();
    boolean broken;

    @Override
    public DomainKeys of(String domain) throws IOException {
      asked.add(domain);
      if (broken) {
        throw new IOException("no answer");
      }
      return kept.of(domain);
    }

    @Override
    public boolean replace(DomainKeys next) {
      return kept.replace(next);
    }

    @Override
    public void forget(String domain) {
      kept.forget(domain);
    }
  }

  private static final class Counting implements KeyVault {
    private final KeyVault vault =
        new LocalKeyVault(new byte[LocalKeyVault.KEY_OCTETS], new SecureRandom());
    int opened;

    @Override
    public byte[] seal(byte[] secret, Purpose purpose) throws IOException {
      return vault.seal(secret, purpose);
    }

    @Override
    public byte[] open(byte[] sealed, Purpose purpose) throws IOException {
      opened++;
      return vault.open(sealed, purpose);
    }
  }
}

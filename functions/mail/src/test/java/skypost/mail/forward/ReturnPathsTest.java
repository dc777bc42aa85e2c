package skypost.mail.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.contract.Samples.address;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

class ReturnPathsTest {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final MessageId MESSAGE = MessageId.derived(NOW, "a message");
  private static final EmailAddress SENDER = address("Alice.B@far.example");

  private final ReturnPaths paths = new ReturnPaths(List.of("a secret of ours"));

  @Test
  void anOrdinarySenderIsWrittenAsTheSchemeSays() {
    EmailAddress rewritten = paths.rewrite(SENDER, "local.example", MESSAGE);

    assertThat(rewritten.toString())
        .matches("SRS0=[A-Z2-7]{6}=[A-Z2-7]{2}=far\\.example=Alice\\.B@local\\.example");
    assertThat(EmailAddress.parse(rewritten.toString())).contains(rewritten);
    assertThat(paths.read(rewritten, NOW)).isEqualTo(new ReturnPath.ToSender(SENDER));
  }

  @Test
  void itSurvivesServersThatChangeCase() {
    String text = paths.rewrite(SENDER, "local.example", MESSAGE).toString();

    assertThat(paths.read(address(text.toLowerCase(Locale.ROOT)), NOW))
        .isEqualTo(new ReturnPath.ToSender(address("alice.b@far.example")));
    assertThat(paths.read(address(text.toUpperCase(Locale.ROOT)), NOW))
        .isEqualTo(new ReturnPath.ToSender(address("ALICE.B@far.example")));
  }

  @Test
  void whatAnotherForwarderRewroteGoesBackToHimAndNotThroughEveryoneBetween() {
    EmailAddress first = address("SRS0=abcd=XY=far.example=alice@one.example");
    EmailAddress second = paths.rewrite(first, "two.example", MESSAGE);
    var third = new ReturnPaths(List.of("a secret of theirs"));
    EmailAddress last = third.rewrite(second, "three.example", MESSAGE);

    assertThat(second.toString())
        .matches("SRS1=[A-Z2-7]{6}=one\\.example==abcd=XY=far\\.example=alice@two\\.example");
    assertThat(paths.read(second, NOW)).isEqualTo(new ReturnPath.ToSender(first));
    assertThat(last.toString())
        .matches("SRS1=[A-Z2-7]{6}=one\\.example==abcd=XY=far\\.example=alice@three\\.example");
    assertThat(third.read(last, NOW)).isEqualTo(new ReturnPath.ToSender(first));
    assertThat(paths.read(last, NOW)).isEqualTo(new ReturnPath.Forged());
  }

  @Test
  void theSeparatorOfTheFirstForwarderIsKept() {
    EmailAddress first = address("SRS0+abcd=XY=far.example=alice@one.example");

    assertThat(paths.read(paths.rewrite(first, "two.example", MESSAGE), NOW))
        .isEqualTo(new ReturnPath.ToSender(first));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bounces+1234567-0a1b-someone.long=receiver.example@em1234.sender.example",
        "\"a b\"@far.example",
        "\u00e5sa@far.example",
        "alice@[192.0.2.1]"
      })
  void whatDoesNotFitIsFoundByItsMessage(String sender) {
    EmailAddress rewritten = paths.rewrite(address(sender), "local.example", MESSAGE);

    assertThat(rewritten.toString()).matches("return=[A-Z2-7]{6}=" + MESSAGE + "@local\\.example");
    assertThat(paths.read(rewritten, NOW)).isEqualTo(new ReturnPath.ToSenderOf(MESSAGE));
    assertThat(paths.read(address(rewritten.toString().toUpperCase(Locale.ROOT)), NOW))
        .isEqualTo(new ReturnPath.ToSenderOf(MESSAGE));
    assertThat(paths.read(rewritten, NOW.plus(Duration.ofDays(22))))
        .isEqualTo(new ReturnPath.Expired());
  }

  @Test
  void itEndsAfterThreeWeeks() {
    EmailAddress rewritten = paths.rewrite(SENDER, "local.example", MESSAGE);

    assertThat(paths.read(rewritten, NOW.plus(Duration.ofDays(21))))
        .isInstanceOf(ReturnPath.ToSender.class);
    assertThat(paths.read(rewritten, NOW.plus(Duration.ofDays(22))))
        .isEqualTo(new ReturnPath.Expired());
    assertThat(paths.read(rewritten, NOW.minus(Duration.ofHours(9))))
        .as("a clock that is behind at midnight")
        .isInstanceOf(ReturnPath.ToSender.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SRS0=AAAAAA=XY=victim.example=bob@local.example",
        "SRS0=A=XY=victim.example=bob@local.example",
        "SRS1=AAAAAA=victim.example==AAAA=XY=a.example=b@local.example",
        "return=AAAAAA=00000000000000000000@local.example",
        "return=AAAAAA=uuuuuuuuuuuuuuuuuuuu@local.example"
      })
  void whatAStrangerMakesIsForged(String guess) {
    assertThat(paths.read(address(guess), NOW)).isEqualTo(new ReturnPath.Forged());
  }

  @Test
  void aChangedPartIsForged() {
    String text = paths.rewrite(SENDER, "local.example", MESSAGE).toString();

    assertThat(paths.read(address(text.replace("far.example", "fat.example")), NOW))
        .isEqualTo(new ReturnPath.Forged());
    assertThat(paths.read(address(text.replace("Alice", "Alicf")), NOW))
        .isEqualTo(new ReturnPath.Forged());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ann@local.example", "srs0@local.example", "return=x@local.example"})
  void otherAddressesAreNone(String other) {
    assertThat(paths.read(address(other), NOW)).isEqualTo(new ReturnPath.None());
  }

  @Test
  void anOldSecretIsAcceptedUntilItIsTakenAway() {
    EmailAddress before = paths.rewrite(SENDER, "local.example", MESSAGE);
    var both = new ReturnPaths(List.of("a newer secret!!", "a secret of ours"));
    var after = new ReturnPaths(List.of("a newer secret!!"));

    assertThat(both.read(before, NOW)).isEqualTo(new ReturnPath.ToSender(SENDER));
    assertThat(both.rewrite(SENDER, "local.example", MESSAGE))
        .isEqualTo(after.rewrite(SENDER, "local.example", MESSAGE))
        .isNotEqualTo(before);
    assertThat(after.read(before, NOW)).isEqualTo(new ReturnPath.Forged());
  }

  @Test
  void withoutASecretNothingIsRewritten() {
    assertThat(ReturnPaths.NONE.rewrite(SENDER, "local.example", MESSAGE)).isEqualTo(SENDER);
    assertThat(ReturnPaths.NONE.read(paths.rewrite(SENDER, "local.example", MESSAGE), NOW))
        .isEqualTo(new ReturnPath.None());
  }
}

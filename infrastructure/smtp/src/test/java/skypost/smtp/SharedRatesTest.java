package skypost.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.authorize.Authorizer.Counted;

/** What fronts let somebody do in a time, counted together. */
class SharedRatesTest {
  private static final String SPAMMER = "203.0.113.9";
  private static final int MOST = 80; // so a front speaks after ten
  private static final Map<Counted, Integer> LIMITS =
      Map.of(Counted.MESSAGES, MOST, Counted.USER_RECIPIENTS, MOST);

  private final CountedQuestions function = new CountedQuestions();
  private final SharedRates one = new SharedRates(LIMITS, function, function.clock);
  private final SharedRates two = new SharedRates(LIMITS, function, function.clock);

  private static int taken(SharedRates front, String client, int attempts) {
    int taken = 0;
    for (int i = 0; i < attempts; i++) {
      taken += front.take(Counted.MESSAGES, client) ? 1 : 0;
    }
    return taken;
  }

  private void pass(int seconds) {
    function.now = function.now.plusSeconds(seconds);
  }

  @Test
  void whoIsQuietCostsNothing() {
    assertThat(taken(one, SPAMMER, 9)).isEqualTo(9);
    for (int i = 0; i < 1000; i++) {
      one.take(Counted.MESSAGES, "198.51.100." + i % 200);
    }
    for (int i = 0; i < 1000; i++) {
      assertThat(one.take(Counted.MESSAGES, "198.51.100.250")).isTrue();
      pass(600);
    }
    assertThat(function.questions).isZero();
  }

  @Test
  void whatOneFrontTookTheOtherDoesNotGive() {
    assertThat(taken(one, SPAMMER, 1000)).isEqualTo(MOST);
    assertThat(taken(two, SPAMMER, 1000)).as("until it asked").isEqualTo(9);
    assertThat(taken(two, "203.0.113.10", 50)).as("a neighbour").isEqualTo(50);
    assertThat(function.questions).as("refusals ask nothing").isLessThan(20);

    pass(3600);
    assertThat(taken(two, SPAMMER, 50)).as("in the next hour").isEqualTo(50);
  }

  /** Fixed windows would let twice the limit through around their border. */
  @Test
  void thereIsNoMomentAtWhichTheWholeLimitIsThereAgain() {
    assertThat(taken(one, SPAMMER, 1000)).isEqualTo(MOST);
    pass(1);
    assertThat(taken(one, SPAMMER, 1000)).isZero();
    int taken = 0;
    for (int minute = 0; minute < 60; minute++) {
      pass(60);
      int now = taken(one, SPAMMER, 1000);
      assertThat(now).as("80 an hour are at most two a minute").isBetween(1, 2);
      taken += now;
    }
    assertThat(taken).isBetween(MOST - 1, MOST + 1);
  }

  @Test
  void bothAtOnceGetNoMoreThanTheErrorBound() {
    int taken = 0;
    for (int i = 0; i < 1000; i++) {
      taken += taken(one, SPAMMER, 1) + taken(two, SPAMMER, 1);
    }
    assertThat(taken).isBetween(MOST, MOST + 2 * MOST / 8);

    int later = 0;
    for (int i = 0; i < 3600; i++) {
      pass(1);
      later += taken(one, SPAMMER, 1) + taken(two, SPAMMER, 1);
    }
    assertThat(later).as("in the hour after").isBetween(MOST / 2, MOST + 2 * MOST / 8);
  }

  @Test
  void whatWasReservedAndNotUsedIsThereForOthers() {
    List<Runnable> transactions = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      transactions.add(one.reserve(Counted.MESSAGES, SPAMMER).orElseThrow());
    }
    assertThat(one.reserve(Counted.MESSAGES, SPAMMER)).as("all at once count").isEmpty();

    transactions.subList(0, 30).forEach(Runnable::run);
    assertThat(taken(one, SPAMMER, 1000)).isEqualTo(30);
  }

  @Test
  void anIpv6NetworkIsOneAndAUserIsOneWhereverHeIs() {
    int taken = 0;
    for (int i = 1; i <= 1000; i++) {
      taken += taken(one, "2001:db8::" + Integer.toHexString(i), 1);
    }
    assertThat(taken).isEqualTo(MOST);
    for (int i = 0; i < MOST; i++) {
      assertThat(one.take(Counted.USER_RECIPIENTS, "ann@example.com")).isTrue();
    }
    assertThat(one.take(Counted.USER_RECIPIENTS, "ann@example.com")).isFalse();
    assertThat(one.take(Counted.USER_RECIPIENTS, "bob@example.com")).isTrue();
  }

  @Test
  void withoutALimitNobodyIsHeldUp() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(one.take(Counted.RECIPIENTS, SPAMMER)).isTrue();
    }
    assertThat(function.questions).isZero();
  }

  @Test
  void trustedNetworksAreExempt() {
    function.trust(SPAMMER);
    assertThat(taken(one, SPAMMER, 1000)).isEqualTo(1000);
    assertThat(function.questions).isEqualTo(1);
  }

  @Test
  void anExemptNeighbourExemptsNobodyElse() {
    function.trust("2001:db8::1");
    assertThat(taken(one, "2001:db8::1", 1000)).isEqualTo(1000);
    assertThat(taken(one, "2001:db8::2", 1000)).isLessThanOrEqualTo(MOST);
  }

  @Test
  void whenNobodyAnswersEachFrontGoesOnAlone() {
    function.unreachable = true;
    assertThat(taken(one, SPAMMER, 1000)).isEqualTo(MOST);
    assertThat(taken(two, SPAMMER, 1000)).isEqualTo(MOST);
  }

  @Test
  void whatWasCountedInAnOutageIsToldAfterIt() {
    function.unreachable = true;
    assertThat(taken(one, SPAMMER, 40)).isEqualTo(40);
    assertThat(function.questions).as("not one for each").isEqualTo(1);
    function.unreachable = false;
    pass(10);
    assertThat(taken(one, SPAMMER, 1)).isEqualTo(1);

    assertThat(taken(two, SPAMMER, 1000))
        .as("of 80, with those in the outage")
        .isEqualTo(MOST - 41);
  }

  @Test
  void giveBackOfWhoIsNotCountedTakesNothingFromOthers() {
    function.trust("2001:db8::1");
    taken(one, "2001:db8::1", 10);
    for (int i = 0; i < 100; i++) {
      Optional<Runnable> free = one.reserve(Counted.MESSAGES, "2001:db8::1");
      free.orElseThrow().run();
    }
    assertThat(taken(one, "2001:db8::2", 1000)).isLessThanOrEqualTo(MOST);
  }
}

package skypost.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The connections that fronts let a network hold at once, counted together. */
class SharedPlacesTest {
  private static final String SPAMMER = "203.0.113.9";
  private static final int MOST = 80; // so a front speaks after ten

  private final CountedQuestions function = new CountedQuestions();
  private final SharedPlaces one = new SharedPlaces(MOST, function, "one", function.clock);
  private final SharedPlaces two = new SharedPlaces(MOST, function, "two", function.clock);

  private static List<Runnable> enter(SharedPlaces front, String client, int attempts) {
    List<Runnable> entered = new ArrayList<>();
    for (int i = 0; i < attempts; i++) {
      front.enter(client).ifPresent(entered::add);
    }
    return entered;
  }

  private static int entered(SharedPlaces front, int attempts) {
    return enter(front, SPAMMER, attempts).size();
  }

  private void pass(int seconds) {
    function.now = function.now.plusSeconds(seconds);
  }

  @Test
  void whoHasFewConnectionsCostsNothing() {
    for (int i = 0; i < 1000; i++) {
      one.enter("198.51.100.7").orElseThrow().run();
    }
    enter(one, "198.51.100.8", 9);
    pass(3600);
    one.renew();
    assertThat(function.questions).isZero();
  }

  @Test
  void withoutALimitEverybodyEnters() {
    assertThat(entered(new SharedPlaces(0, function, "x", function.clock), 1000)).isEqualTo(1000);
  }

  @Test
  void placesOfAllFrontsCountAndThoseGivenBackAreFree() {
    List<Runnable> held = enter(one, SPAMMER, 1000);
    assertThat(held).hasSize(MOST);
    assertThat(entered(two, 100)).as("until it asked").isEqualTo(9);
    held.forEach(Runnable::run);
    pass(60); // what others hold is believed for so long
    assertThat(entered(two, 100)).isEqualTo(MOST - 9);
  }

  @Test
  void anIpv6NetworkIsOne() {
    int entered = 0;
    for (int i = 1; i <= 1000; i++) {
      entered += one.enter("2001:db8::" + Integer.toHexString(i)).isPresent() ? 1 : 0;
    }
    assertThat(entered).isEqualTo(MOST);
  }

  @Test
  void aDeadFrontsPlacesAreFreeOnceItsLeaseIsOver() {
    assertThat(entered(one, MOST)).isEqualTo(MOST);
    pass(599);
    assertThat(entered(two, MOST)).isEqualTo(9);
    pass(61);
    assertThat(entered(two, MOST)).isEqualTo(MOST - 9);
  }

  @Test
  void whatIsHeldForHoursCountsForHours() {
    assertThat(entered(one, MOST)).isEqualTo(MOST);
    for (int minute = 0; minute < 180; minute++) {
      pass(60);
      one.renew(); // as a front does each minute
    }
    assertThat(function.questions).as("one in five minutes").isBetween(8 + 30, 8 + 36);
    assertThat(entered(two, MOST)).as("until it asked").isEqualTo(9);
  }

  @Test
  void aRenewalWithoutAnAnswerIsTriedAgainBeforeTheLeaseIsOver() {
    assertThat(entered(one, MOST)).isEqualTo(MOST);
    function.unreachable = true;
    for (int minute = 0; minute < 8; minute++) {
      pass(60);
      one.renew();
    }
    function.unreachable = false;
    pass(60);
    one.renew();
    pass(300);
    assertThat(entered(two, MOST)).as("until it asked").isEqualTo(9);
  }

  @Test
  void trustedNetworksAreExemptHoweverManyConnectionsAreOpen() {
    function.trust(SPAMMER);
    List<Runnable> held = new ArrayList<>();
    for (int i = 0; i < 3 * MOST; i++) {
      held.addAll(enter(one, SPAMMER, 1));
      pass(5);
    }
    assertThat(held).hasSize(3 * MOST);
    held.forEach(Runnable::run);
    function.trust();
    pass(60);
    assertThat(entered(one, 3 * MOST)).as("all places were given back").isEqualTo(MOST);
  }

  @Test
  void anExemptNeighbourExemptsNobodyElse() {
    function.trust("2001:db8::1");
    assertThat(enter(one, "2001:db8::1", 1000)).hasSize(1000);
    assertThat(enter(one, "2001:db8::2", 1000)).hasSizeLessThanOrEqualTo(MOST);
  }

  @Test
  void whenNobodyAnswersEachFrontGoesOnAlone() {
    function.unreachable = true;
    assertThat(entered(one, 1000)).isEqualTo(MOST);
    assertThat(entered(two, 1000)).isEqualTo(MOST);
  }
}

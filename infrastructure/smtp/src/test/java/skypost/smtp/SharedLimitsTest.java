package skypost.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.authorize.Authorizer;
import skypost.mail.authorize.Authorizer.Counted;
import skypost.mail.authorize.CountTogether;
import skypost.mail.directory.Network;
import skypost.mail.directory.RelaySettings;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryTallies;
import skypost.protocol.sasl.ScramSalt;

/** Fronts that count together, in memory. */
class SharedLimitsTest {
  private static final String SPAMMER = "203.0.113.9";
  private static final int MOST = 80; // so a front speaks after ten
  private static final Map<Counted, Integer> LIMITS =
      Map.of(Counted.MESSAGES, MOST, Counted.OPEN_CONNECTIONS, MOST, Counted.USER_RECIPIENTS, MOST);

  private Instant now = Instant.parse("2026-11-25T08:00:00Z");
  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final CountedQuestions function = new CountedQuestions();
  private final SharedLimits one = new SharedLimits(LIMITS, function, "one", new MovingClock());
  private final SharedLimits two = new SharedLimits(LIMITS, function, "two", new MovingClock());

  private int taken(SharedLimits front, String client, int attempts) {
    int taken = 0;
    for (int i = 0; i < attempts; i++) {
      taken += front.take(Counted.MESSAGES, client) ? 1 : 0;
    }
    return taken;
  }

  @Test
  void whoIsQuietCostsNothing() {
    assertThat(taken(one, SPAMMER, 9)).isEqualTo(9);
    for (int i = 0; i < 1000; i++) {
      one.take(Counted.MESSAGES, "198.51.100." + i % 200);
      assertThat(one.enter("198.51.100.7")).isTrue();
      one.leave("198.51.100.7");
    }
    assertThat(function.questions).isZero();
  }

  @Test
  void whatOneFrontTookTheOtherDoesNotGive() {
    assertThat(taken(one, SPAMMER, 1000)).isEqualTo(MOST);
    assertThat(taken(two, SPAMMER, 1000)).as("until it asked").isEqualTo(9);
    assertThat(taken(two, "203.0.113.10", 50)).as("a neighbour").isEqualTo(50);
    assertThat(function.questions).as("refusals ask nothing").isLessThan(20);

    now = now.plusSeconds(3600);
    assertThat(taken(two, SPAMMER, 50)).as("in the next hour").isEqualTo(50);
  }

  @Test
  void bothAtOnceGetNoMoreThanTheErrorBound() {
    int taken = 0;
    for (int i = 0; i < 1000; i++) {
      taken += taken(one, SPAMMER, 1) + taken(two, SPAMMER, 1);
    }
    assertThat(taken).isBetween(MOST, MOST + 2 * MOST / 8);
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
  void trustedNetworksAreExempt() {
    directory.putRelay(new RelaySettings(List.of(Network.of(SPAMMER)), Optional.empty()));
    assertThat(taken(one, SPAMMER, 1000)).isEqualTo(1000);
    for (int i = 0; i < 1000; i++) {
      assertThat(one.enter(SPAMMER)).isTrue();
    }
    assertThat(function.questions).as("one for each").isEqualTo(2);
  }

  @Test
  void whenNobodyAnswersEachFrontGoesOnAlone() {
    function.unreachable = true;
    assertThat(taken(one, SPAMMER, 1000)).isEqualTo(MOST);
    assertThat(taken(two, SPAMMER, 1000)).isEqualTo(MOST);
    for (int i = 0; i < MOST; i++) {
      assertThat(one.enter(SPAMMER)).isTrue();
    }
    assertThat(one.enter(SPAMMER)).isFalse();
  }

  @Test
  void whatWasCountedInAnOutageIsToldAfterIt() {
    function.unreachable = true;
    assertThat(taken(one, SPAMMER, 40)).isEqualTo(40);
    assertThat(function.questions).as("not one for each").isEqualTo(1);
    function.unreachable = false;
    now = now.plusSeconds(10);
    assertThat(taken(one, SPAMMER, 1)).isEqualTo(1);

    assertThat(taken(two, SPAMMER, 1000))
        .as("of 80, with those in the outage")
        .isEqualTo(MOST - 41);
  }

  @Test
  void anExemptNeighbourExemptsNobodyElse() {
    String trusted = "2001:db8::1";
    String neighbour = "2001:db8::2";
    directory.putRelay(new RelaySettings(List.of(Network.of(trusted)), Optional.empty()));

    assertThat(taken(one, trusted, 1000)).isEqualTo(1000);
    assertThat(taken(one, neighbour, 1000)).isLessThanOrEqualTo(MOST);
    for (int i = 0; i < 1000; i++) {
      assertThat(one.enter(trusted)).isTrue();
    }
    assertThat(entered(one, neighbour, 1000)).isLessThanOrEqualTo(MOST);
  }

  @Test
  void whoIsExemptStaysSoHoweverManyConnectionsAreOpen() {
    directory.putRelay(new RelaySettings(List.of(Network.of(SPAMMER)), Optional.empty()));
    for (int i = 0; i < 3 * MOST; i++) {
      assertThat(one.enter(SPAMMER)).as("connection %d", i).isTrue();
      now = now.plusSeconds(5);
    }
    for (int i = 0; i < 3 * MOST; i++) {
      one.leave(SPAMMER);
    }
    directory.putRelay(new RelaySettings(List.of(), Optional.empty()));
    now = now.plusSeconds(60);
    assertThat(entered(one, 3 * MOST)).as("all places were given back").isEqualTo(MOST);
  }

  @Test
  void placesOfAllFrontsCountAndThoseGivenBackAreFree() {
    for (int i = 0; i < MOST; i++) {
      assertThat(one.enter(SPAMMER)).isTrue();
    }
    assertThat(entered(two, 100)).as("until it asked").isEqualTo(9);
    for (int i = 0; i < MOST; i++) {
      one.leave(SPAMMER);
    }
    now = now.plusSeconds(60); // what others hold is believed for so long
    assertThat(entered(two, 100)).isEqualTo(MOST - 9);
  }

  @Test
  void aDeadFrontsPlacesAreFreeOnceItsLeaseIsOver() {
    assertThat(entered(one, MOST)).isEqualTo(MOST);
    now = now.plusSeconds(599);
    assertThat(entered(two, MOST)).isEqualTo(9);
    now = now.plusSeconds(61);
    assertThat(entered(two, MOST)).isEqualTo(MOST - 9);
  }

  private static int entered(SharedLimits front, int attempts) {
    return entered(front, SPAMMER, attempts);
  }

  private static int entered(SharedLimits front, String client, int attempts) {
    int entered = 0;
    for (int i = 0; i < attempts; i++) {
      entered += front.enter(client) ? 1 : 0;
    }
    return entered;
  }

  /** The real decision, asked in process. */
  private final class CountedQuestions implements Authorizer {
    private final CountTogether counts =
        new CountTogether(
            new InMemoryTallies(),
            directory,
            new RelaySettings(List.of(), Optional.empty()),
            new MovingClock());
    private int questions;
    private boolean unreachable;

    @Override
    public TallyAnswer tally(TallyQuestion question) throws IOException {
      questions++;
      if (unreachable) {
        throw new IOException("AuthorizeFunction does not answer");
      }
      return counts.decide(question);
    }

    @Override
    public LoginAnswer login(LoginQuestion question) {
      throw new AssertionError("not asked");
    }

    @Override
    public ScramSalt scramSalt(ScramSaltQuestion question) {
      throw new AssertionError("not asked");
    }

    @Override
    public ScramAnswer scramLogin(ScramQuestion question) {
      throw new AssertionError("not asked");
    }

    @Override
    public List<RecipientAnswer> recipients(RecipientsQuestion question) {
      throw new AssertionError("not asked");
    }
  }

  private final class MovingClock extends Clock {
    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}

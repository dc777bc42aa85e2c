package skypost.mail.authorize;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import skypost.mail.authorize.Authorizer.Counted;
import skypost.mail.authorize.Authorizer.TallyAnswer;
import skypost.mail.authorize.Authorizer.TallyQuestion;
import skypost.mail.authorize.Tallies.Share;
import skypost.mail.directory.Directory;
import skypost.mail.directory.RelaySettings;

/**
 * Adds up what the fronts count, each for itself, of a client's network or of a user. It knows no
 * limits: those are the fronts'. Clients in a trusted network are not counted.
 *
 * <p>Windows are of a fixed length and begin at whole minutes or hours, so that one addition is all
 * that is written.
 */
public final class CountTogether {
  /** How long a front's open connections count after it has last said how many there are. */
  static final Duration LEASE = Duration.ofMinutes(10);

  private final Tallies tallies;
  private final Directory directory;
  private final RelaySettings relayDefaults;
  private final Clock clock;

  /**
   * @param relayDefaults who is trusted until relay settings are put into the directory
   */
  public CountTogether(
      Tallies tallies, Directory directory, RelaySettings relayDefaults, Clock clock) {
    this.tallies = tallies;
    this.directory = directory;
    this.relayDefaults = relayDefaults;
    this.clock = clock;
  }

  /** Adds what one front has counted, and says what all have. */
  public TallyAnswer decide(TallyQuestion question) throws IOException {
    Instant now = clock.instant();
    Counted what = question.what();
    boolean trusted =
        what.ofNetwork() && directory.relay().orElse(relayDefaults).trusts(question.whose());
    String whose = what.ofNetwork() ? ClientNetwork.of(question.whose()) : question.whose();
    String key = what.name().toLowerCase(Locale.ROOT) + "#" + whose;
    if (what == Counted.OPEN_CONNECTIONS) {
      Instant until = now.plus(LEASE);
      return trusted
          ? new TallyAnswer(0, until, true)
          : new TallyAnswer(
              tallies.hold(key, new Share(question.front(), question.count(), until), now),
              until,
              false);
    }
    long length = what.window().toSeconds();
    long begin = now.getEpochSecond() / length * length;
    Instant end = Instant.ofEpochSecond(begin + length);
    return trusted
        ? new TallyAnswer(0, end, true)
        : new TallyAnswer(tallies.add(key + "#" + begin, question.count(), end), end, false);
  }
}

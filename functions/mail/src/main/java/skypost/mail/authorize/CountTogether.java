package skypost.mail.authorize;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import skypost.mail.authorize.Authorizer.Counted;
import skypost.mail.authorize.Authorizer.HoldAnswer;
import skypost.mail.authorize.Authorizer.HoldQuestion;
import skypost.mail.authorize.Authorizer.SpendAnswer;
import skypost.mail.authorize.Authorizer.SpendQuestion;
import skypost.mail.authorize.Tallies.Share;
import skypost.mail.directory.Directory;
import skypost.mail.directory.RelaySettings;

/**
 * Adds up what the fronts count, each for itself, of a client's network or of a user. It knows no
 * limits: those are the fronts'. Clients in a trusted network are not counted.
 */
public final class CountTogether {
  /** How long a front's open connections count after it has last said how many there are. */
  public static final Duration LEASE = Duration.ofMinutes(10);

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

  /** Adds what one front has seen used up, and says what is owed for all. */
  public SpendAnswer decide(SpendQuestion question) throws IOException {
    Counted what = question.what();
    if (what.ofNetwork() && isTrusted(question.whose())) {
      return new SpendAnswer(true, Duration.ZERO);
    }
    Instant now = clock.instant();
    String whose = what.ofNetwork() ? ClientNetwork.of(question.whose()) : question.whose();
    String key = what.name().toLowerCase(Locale.ROOT) + "#" + whose;
    Instant kept = now.plus(what.window().multipliedBy(2)); // fronts stop at one window's worth
    Instant paid = tallies.spend(key, question.spent(), now, kept);
    return new SpendAnswer(false, Duration.between(now, paid));
  }

  /** Notes how many connections one front holds of a network, and says how many all do. */
  public HoldAnswer decide(HoldQuestion question) throws IOException {
    if (isTrusted(question.client())) {
      return new HoldAnswer(true, 0);
    }
    Instant now = clock.instant();
    var share = new Share(question.front(), question.count(), now.plus(LEASE));
    String key = "open_connections#" + ClientNetwork.of(question.client());
    return new HoldAnswer(false, tallies.hold(key, share, now));
  }

  private boolean isTrusted(String client) throws IOException {
    return directory.relay().orElse(relayDefaults).trusts(client);
  }
}

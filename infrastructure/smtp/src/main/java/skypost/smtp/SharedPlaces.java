package skypost.smtp;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import skypost.mail.authorize.Authorizer;
import skypost.mail.authorize.Authorizer.HoldAnswer;
import skypost.mail.authorize.Authorizer.HoldQuestion;
import skypost.mail.authorize.ClientNetwork;
import skypost.mail.authorize.CountTogether;
import skypost.protocol.log.EventLog;

/**
 * How many connections a client network may hold at once, at all fronts together. A front tells
 * AuthorizeFunction how many it holds whenever that has changed by an eighth of the limit; so who
 * has few costs nothing. With n fronts at most (1 + n/8) times the limit gets through. When
 * AuthorizeFunction does not answer, each front holds its own to the limit.
 */
final class SharedPlaces {
  private static final int STEPS = 8; // questions on the way to the limit

  /** How long others' connections are believed to be there. */
  private static final Duration BELIEVED = Duration.ofMinutes(1);

  /** After how long what is still held is told again: long before its lease is over. */
  private static final Duration RENEWAL = CountTogether.LEASE.dividedBy(2);

  private final int most;
  private final Authorizer authorizer;
  private final String front;
  private final Clock clock;
  private final Map<String, Places> open = new HashMap<>(); // as many as there are connections
  private final Exempt exempt = new Exempt();

  /** The connections of one network. Guarded by the whole's lock. */
  private static final class Places {
    private final String network;
    private String client; // one of the network that is not exempt, as far as is known
    private long others; // what other fronts hold, as far as is known
    private long told; // of what is held here, what has been told
    private long untold;
    private Instant toldAt = Instant.MIN;
    private Instant quiet = Instant.MIN; // nobody is asked before

    Places(String network) {
      this.network = network;
    }

    boolean isOld(Instant now) {
      return !toldAt.isAfter(now.minus(BELIEVED));
    }

    boolean changedBy(int step) {
      return Math.abs(untold) >= step;
    }
  }

  /**
   * A question on its way.
   *
   * @param telling what counts as told with it, unless there is no answer
   * @param toldAt when the one before was
   */
  private record Report(Places places, HoldQuestion question, long telling, Instant toldAt) {}

  /** What AuthorizeFunction thinks of somebody; without an answer, within. */
  private enum Standing {
    WITHIN,
    BEYOND,
    EXEMPT
  }

  /**
   * @param most of one network; 0: no limit
   * @param front a name that no other front has, and that tells nothing
   */
  SharedPlaces(int most, Authorizer authorizer, String front, Clock clock) {
    this.most = most;
    this.authorizer = authorizer;
    this.front = front;
    this.clock = clock;
  }

  /** A name for a front, made of chance. */
  static String name(RandomGenerator random) {
    return Long.toString(random.nextLong() >>> 1, Character.MAX_RADIX);
  }

  /**
   * Takes a place for a connection.
   *
   * @param client the client's IP address
   * @return gives the place back; empty, and no place taken, beyond the limit
   */
  Optional<Runnable> enter(String client) {
    if (most == 0) {
      return Optional.of(() -> {});
    }
    Places places;
    Report report;
    synchronized (open) {
      Instant now = clock.instant();
      if (exempt.contains(client, now)) {
        return Optional.of(() -> {});
      }
      places = open.computeIfAbsent(ClientNetwork.of(client), Places::new);
      if (places.isOld(now)) {
        places.others = 0;
      }
      if (places.others + places.told + places.untold >= most) {
        return Optional.empty();
      }
      places.untold++;
      places.client = client;
      boolean due = places.changedBy(step()) || places.told > 0 && places.isOld(now);
      report = due && !now.isBefore(places.quiet) ? tell(places, now) : null;
    }
    return switch (report == null ? Standing.WITHIN : ask(report)) {
      case WITHIN -> Optional.of(() -> leave(places));
      case BEYOND -> {
        leave(places);
        yield Optional.empty();
      }
      case EXEMPT -> {
        synchronized (open) {
          giveBack(places);
        }
        yield Optional.of(() -> {});
      }
    };
  }

  private void leave(Places places) {
    Report report;
    synchronized (open) {
      giveBack(places);
      Instant now = clock.instant();
      if (!places.changedBy(step()) || places.untold > 0 || now.isBefore(places.quiet)) {
        return;
      }
      report = tell(places, now);
    }
    ask(report);
  }

  private void giveBack(Places places) {
    places.untold--;
    if (places.told + places.untold == 0) {
      open.remove(places.network, places);
    }
  }

  /**
   * Tells again what has been held for long, or it would count at this front alone once its lease
   * is over. Only of networks with so many connections that they were told.
   */
  void renew() {
    List<Report> reports = new ArrayList<>();
    synchronized (open) {
      Instant now = clock.instant();
      for (Places places : open.values()) {
        boolean due = places.told > 0 && !places.toldAt.isAfter(now.minus(RENEWAL));
        if (due && !now.isBefore(places.quiet)) {
          reports.add(tell(places, now));
        }
      }
    }
    reports.forEach(this::ask);
  }

  private Report tell(Places places, Instant now) {
    long telling = places.untold;
    Instant before = places.toldAt;
    places.told += telling;
    places.untold = 0;
    places.toldAt = now;
    return new Report(places, new HoldQuestion(places.client, front, places.told), telling, before);
  }

  /** Tells what is held here, and learns what is held elsewhere. */
  private Standing ask(Report report) {
    Places places = report.places();
    HoldQuestion question = report.question();
    try {
      HoldAnswer answer = authorizer.hold(question);
      synchronized (open) {
        if (answer.exempt()) {
          places.untold += places.told; // nobody counted it
          places.told = 0;
          exempt.add(question.client(), clock.instant().plus(BELIEVED));
          return Standing.EXEMPT;
        }
        places.others = Math.max(0, answer.total() - question.count());
        return answer.total() <= most ? Standing.WITHIN : Standing.BEYOND;
      }
    } catch (IOException | RuntimeException alone) {
      EventLog.warn("hold").cause(alone).write();
      synchronized (open) {
        takeBack(report); // it is told with what comes
        places.quiet = clock.instant().plus(Exempt.PAUSE);
      }
      return Standing.WITHIN; // of what this front knows
    }
  }

  private static void takeBack(Report report) {
    Places places = report.places();
    places.told -= report.telling();
    places.untold += report.telling();
    places.toldAt = report.toldAt();
  }

  private int step() {
    return Math.max(1, most / STEPS);
  }
}

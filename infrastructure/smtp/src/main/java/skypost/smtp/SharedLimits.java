package skypost.smtp;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import skypost.mail.authorize.Authorizer;
import skypost.mail.authorize.Authorizer.Counted;
import skypost.mail.authorize.Authorizer.TallyAnswer;
import skypost.mail.authorize.Authorizer.TallyQuestion;
import skypost.mail.authorize.ClientNetwork;
import skypost.protocol.log.EventLog;

/**
 * Limits that hold for all fronts together. A front counts for itself and tells AuthorizeFunction
 * only once it has counted an eighth of the limit; so who is quiet costs nothing. With n fronts at
 * most (1 + n/8) times the limit gets through. When AuthorizeFunction does not answer, what this
 * front knows goes on to be held to the limit.
 */
final class SharedLimits {
  private static final int STEPS = 8; // questions on the way to a limit

  /** How long others' open connections are believed to be there. */
  private static final Duration BELIEVED = Duration.ofMinutes(1);

  /** How long nobody is asked about somebody after a question without an answer. */
  private static final Duration PAUSE = Duration.ofSeconds(10);

  private static final int MAX_COUNTED = 50_000; // about 10 MB

  private final Map<Counted, Integer> limits;
  private final Authorizer authorizer;
  private final String front;
  private final Clock clock;
  private final Map<String, Count> open = new HashMap<>(); // as many as there are connections
  private final Map<String, Integer> uncounted = new HashMap<>(); // open, of who was exempt
  private final Map<Key, Count> counts = bounded();

  /**
   * Who is exempt until when, by address: trust is in addresses, and says nothing of the others in
   * a network.
   */
  private final Map<Key, Instant> exempt = bounded();

  private static <V> Map<Key, V> bounded() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<Key, V> eldest) {
        return size() > MAX_COUNTED;
      }
    };
  }

  private record Key(Counted what, String whose) {}

  /** What this front knows of a window, or of open connections. Guarded by the whole's lock. */
  private static final class Count {
    private long others; // what others counted, as far as is known
    private long told; // of what was counted here, what has been told
    private long untold;
    private Instant until;
    private Instant quiet = Instant.MIN; // nobody is asked before

    Count(Instant until) {
      this.until = until;
    }

    long known() {
      return others + told + untold;
    }

    /** Counts as told what is about to be; returns how much that is. */
    long tell() {
      long telling = untold;
      told += telling;
      untold = 0;
      return telling;
    }

    void takeBack(long telling) {
      told -= telling;
      untold += telling;
    }
  }

  /**
   * A question on its way.
   *
   * @param telling what counts as told with it, unless there is no answer
   */
  private record Report(Count count, long telling, TallyQuestion question) {}

  /**
   * @param limits the most of each; what is not in it, or 0, is not limited
   * @param front a name that no other front has, and that tells nothing
   */
  SharedLimits(Map<Counted, Integer> limits, Authorizer authorizer, String front, Clock clock) {
    this.limits = new EnumMap<>(Counted.class);
    this.limits.putAll(limits);
    this.authorizer = authorizer;
    this.front = front;
    this.clock = clock;
  }

  /** Counts one more within its window; false, and nothing counted, beyond the limit. */
  boolean take(Counted what, String whose) {
    int most = limits.getOrDefault(what, 0);
    if (most == 0) {
      return true;
    }
    Report report;
    synchronized (counts) {
      Instant now = clock.instant();
      if (isExempt(what, whose, now)) {
        return true;
      }
      Count count =
          counts.computeIfAbsent(key(what, whose), _ -> new Count(now.plus(what.window())));
      if (!count.until.isAfter(now)) {
        count = new Count(now.plus(what.window()));
        counts.put(key(what, whose), count);
      }
      if (count.known() >= most) {
        return false;
      }
      count.untold++;
      if (count.untold < step(most) || now.isBefore(count.quiet)) {
        return true;
      }
      long telling = count.tell();
      report = new Report(count, telling, new TallyQuestion(what, whose, front, telling));
    }
    Standing standing = ask(most, report);
    if (standing == Standing.EXEMPT) {
      synchronized (counts) {
        report.count().untold--;
      }
    }
    return standing != Standing.BEYOND;
  }

  /** Takes a place for a connection; false, and no place taken, beyond the limit. */
  boolean enter(String client) {
    int most = limits.getOrDefault(Counted.OPEN_CONNECTIONS, 0);
    if (most == 0) {
      return true;
    }
    Report report;
    synchronized (counts) {
      Instant now = clock.instant();
      if (isExempt(Counted.OPEN_CONNECTIONS, client, now)) {
        uncounted.merge(client, 1, Integer::sum);
        return true;
      }
      Count count = open.computeIfAbsent(ClientNetwork.of(client), _ -> new Count(now));
      boolean isOld = !count.until.isAfter(now);
      if (isOld) {
        count.others = 0;
      }
      if (count.known() >= most) {
        return false;
      }
      count.untold++;
      boolean renew = isOld && count.told > 0;
      if (count.untold < step(most) && !renew || now.isBefore(count.quiet)) {
        return true;
      }
      report = tellOpen(client, count, now);
    }
    return switch (ask(most, report)) {
      case WITHIN -> true;
      case BEYOND -> {
        leave(client);
        yield false;
      }
      case EXEMPT -> {
        synchronized (counts) {
          giveBack(ClientNetwork.of(client));
          uncounted.merge(client, 1, Integer::sum);
        }
        yield true;
      }
    };
  }

  /** Gives back a place that was taken. */
  void leave(String client) {
    int most = limits.getOrDefault(Counted.OPEN_CONNECTIONS, 0);
    if (most == 0) {
      return;
    }
    Report report;
    synchronized (counts) {
      if (uncounted.computeIfPresent(client, (_, places) -> places - 1) != null) {
        uncounted.remove(client, 0);
        return;
      }
      Count count = giveBack(ClientNetwork.of(client));
      Instant now = clock.instant();
      if (count.untold > -step(most) || now.isBefore(count.quiet)) {
        return;
      }
      report = tellOpen(client, count, now);
    }
    ask(most, report);
  }

  private Count giveBack(String network) {
    Count count = open.get(network);
    count.untold--;
    if (count.told + count.untold == 0) {
      open.remove(network);
    }
    return count;
  }

  private Report tellOpen(String client, Count count, Instant now) {
    long telling = count.tell();
    count.until = now.plus(BELIEVED);
    return new Report(
        count, telling, new TallyQuestion(Counted.OPEN_CONNECTIONS, client, front, count.told));
  }

  private boolean isExempt(Counted what, String client, Instant now) {
    Instant until = exempt.get(new Key(what, client));
    return until != null && until.isAfter(now);
  }

  /** What AuthorizeFunction thinks of somebody; without an answer, within. */
  private enum Standing {
    WITHIN,
    BEYOND,
    EXEMPT
  }

  /** Tells what was counted here, and learns what was counted elsewhere. */
  private Standing ask(int most, Report report) {
    Count count = report.count();
    TallyQuestion question = report.question();
    try {
      TallyAnswer answer = authorizer.tally(question);
      synchronized (counts) {
        if (answer.exempt()) {
          count.takeBack(report.telling()); // nobody counted it
          boolean isOpen = question.what() == Counted.OPEN_CONNECTIONS;
          exempt.put(
              new Key(question.what(), question.whose()),
              isOpen ? clock.instant().plus(BELIEVED) : answer.until());
          return Standing.EXEMPT;
        }
        if (question.what() == Counted.OPEN_CONNECTIONS) {
          count.others = Math.max(0, answer.total() - question.count());
        } else {
          // Of answers that overtake each other the greatest is the last.
          count.others = Math.max(count.others, answer.total() - count.told);
          count.until = answer.until();
        }
        return answer.total() <= most ? Standing.WITHIN : Standing.BEYOND;
      }
    } catch (IOException | RuntimeException alone) {
      EventLog.warn("tally").with("what", question.what().name()).cause(alone).write();
      synchronized (counts) {
        count.takeBack(report.telling()); // it is told with what comes
        count.quiet = clock.instant().plus(PAUSE);
      }
      return Standing.WITHIN; // of what this front knows
    }
  }

  private static int step(int most) {
    return Math.max(1, most / STEPS);
  }

  private static Key key(Counted what, String whose) {
    return new Key(what, what == Counted.USER_RECIPIENTS ? whose : ClientNetwork.of(whose));
  }

  /** A name for this front, made of chance. */
  static String name(RandomGenerator random) {
    return Long.toString(random.nextLong() >>> 1, Character.MAX_RADIX);
  }
}

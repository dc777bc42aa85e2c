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

  private static final int MAX_COUNTED = 50_000; // about 10 MB

  private final Map<Counted, Integer> limits;
  private final Authorizer authorizer;
  private final String front;
  private final Clock clock;
  private final Map<String, Count> open = new HashMap<>(); // as many as there are connections
  private final Map<Key, Count> counts =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Count> eldest) {
          return size() > MAX_COUNTED;
        }
      };

  private record Key(Counted what, String whose) {}

  /** What this front knows of a window, or of open connections. Guarded by the whole's lock. */
  private static final class Count {
    private long others; // what others counted, as far as is known
    private long told; // of what was counted here, what has been told
    private long untold;
    private Instant until;
    private boolean exempt;

    Count(Instant until) {
      this.until = until;
    }

    long known() {
      return others + told + untold;
    }
  }

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
    Count count;
    long report;
    synchronized (counts) {
      Instant now = clock.instant();
      count = counts.computeIfAbsent(key(what, whose), _ -> new Count(now.plus(what.window())));
      if (!count.until.isAfter(now)) {
        count = new Count(now.plus(what.window()));
        counts.put(key(what, whose), count);
      }
      if (count.exempt) {
        return true;
      }
      if (count.known() >= most) {
        return false;
      }
      count.untold++;
      if (count.untold < step(most)) {
        return true;
      }
      report = count.untold;
      count.told += report;
      count.untold = 0;
    }
    return isWithin(most, count, new TallyQuestion(what, whose, front, report));
  }

  /** Takes a place for a connection; false, and no place taken, beyond the limit. */
  boolean enter(String client) {
    int most = limits.getOrDefault(Counted.OPEN_CONNECTIONS, 0);
    if (most == 0) {
      return true;
    }
    Count count;
    TallyQuestion question;
    synchronized (counts) {
      Instant now = clock.instant();
      count = open.computeIfAbsent(ClientNetwork.of(client), _ -> new Count(now));
      boolean isOld = !count.until.isAfter(now);
      if (isOld) {
        count.others = 0;
        count.exempt = false;
      }
      if (!count.exempt && count.known() >= most) {
        return false;
      }
      count.untold++;
      boolean renew = isOld && count.told > 0;
      if (count.exempt || count.untold < step(most) && !renew) {
        return true;
      }
      question = tellOpen(client, count);
    }
    if (isWithin(most, count, question)) {
      return true;
    }
    leave(client);
    return false;
  }

  /** Gives back a place that was taken. */
  void leave(String client) {
    int most = limits.getOrDefault(Counted.OPEN_CONNECTIONS, 0);
    if (most == 0) {
      return;
    }
    Count count;
    TallyQuestion question;
    synchronized (counts) {
      String network = ClientNetwork.of(client);
      count = open.get(network);
      count.untold--;
      if (count.told + count.untold == 0) {
        open.remove(network);
      }
      if (count.exempt || count.untold > -step(most)) {
        return;
      }
      question = tellOpen(client, count);
    }
    isWithin(most, count, question);
  }

  private TallyQuestion tellOpen(String client, Count count) {
    count.told += count.untold;
    count.untold = 0;
    count.until = clock.instant().plus(BELIEVED);
    return new TallyQuestion(Counted.OPEN_CONNECTIONS, client, front, count.told);
  }

  /** Tells what was counted here, and learns what was counted elsewhere. */
  private boolean isWithin(int most, Count count, TallyQuestion question) {
    try {
      TallyAnswer answer = authorizer.tally(question);
      synchronized (counts) {
        count.exempt = answer.exempt();
        if (question.what() == Counted.OPEN_CONNECTIONS) {
          count.others = Math.max(0, answer.total() - question.count());
        } else {
          // Of answers that overtake each other the greatest is the last.
          count.others = Math.max(count.others, answer.total() - count.told);
          count.until = answer.until();
        }
        return answer.exempt() || answer.total() <= most;
      }
    } catch (IOException | RuntimeException alone) {
      EventLog.warn("tally").with("what", question.what().name()).cause(alone).write();
      return true; // it was within what this front knows
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

package skypost.smtp;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import skypost.mail.authorize.Authorizer;
import skypost.mail.authorize.Authorizer.Counted;
import skypost.mail.authorize.Authorizer.SpendAnswer;
import skypost.mail.authorize.Authorizer.SpendQuestion;
import skypost.mail.authorize.ClientNetwork;
import skypost.protocol.log.EventLog;

/**
 * How much somebody may do in a time, through all fronts together: a bucket for each that fills up
 * within a window. A front counts for itself and tells AuthorizeFunction only once it has counted
 * an eighth of the limit; so who is quiet costs nothing. With n fronts at most (1 + n/8) times the
 * limit gets through at once. When AuthorizeFunction does not answer, what this front knows goes on
 * to be held to the limit.
 */
final class SharedRates {
  private static final int STEPS = 8; // questions on the way to a limit

  private final Map<Counted, Integer> limits;
  private final Authorizer authorizer;
  private final Clock clock;
  private final Map<Key, Bucket> buckets = Exempt.bounded();
  private final Map<Counted, Exempt> exempt = new EnumMap<>(Counted.class);

  private record Key(Counted what, String whose) {}

  /** What this front knows of one. Guarded by the whole's lock. */
  private static final class Bucket {
    private Instant paid; // until when that is paid which all fronts have used, as far as is known
    private int untold; // used here, and not told yet
    private Instant since; // the first of it
    private Instant quiet = Instant.MIN; // nobody is asked before

    Bucket(Instant now) {
      paid = now;
      since = now;
    }

    boolean hasLeft(Limit limit, Instant now) {
      if (!now.isBefore(since.plus(limit.window()))) {
        untold = 0; // paid by now
      }
      if (untold == 0) {
        since = now;
      }
      Instant owed = (paid.isBefore(now) ? now : paid).plus(limit.cost(untold + 1));
      return !owed.isAfter(now.plus(limit.window()));
    }
  }

  /** A limit: so many within the window. */
  private record Limit(int most, Duration window) {
    Duration cost(int count) {
      return window.multipliedBy(count).dividedBy(most);
    }

    int step() {
      return Math.max(1, most / STEPS);
    }
  }

  /**
   * @param limits the most of each; what is not in it, or 0, is not limited
   */
  SharedRates(Map<Counted, Integer> limits, Authorizer authorizer, Clock clock) {
    this.limits = limits;
    this.authorizer = authorizer;
    this.clock = clock;
    for (Counted what : Counted.values()) {
      exempt.put(what, new Exempt());
    }
  }

  /** Whether there is one left, as far as this front knows; asks nobody. */
  boolean hasLeft(Counted what, String whose) {
    int most = limits.getOrDefault(what, 0);
    if (most == 0) {
      return true;
    }
    synchronized (buckets) {
      Instant now = clock.instant();
      Bucket bucket = buckets.get(key(what, whose));
      return bucket == null
          || exempt.get(what).contains(whose, now)
          || bucket.hasLeft(new Limit(most, what.window()), now);
    }
  }

  /** Uses one; false, and nothing used, beyond the limit. */
  boolean take(Counted what, String whose) {
    return reserve(what, whose).isPresent();
  }

  /**
   * Uses one that may not be needed in the end.
   *
   * @param whose the client's IP address, or the user's address
   * @return gives it back; empty, and nothing used, beyond the limit
   */
  Optional<Runnable> reserve(Counted what, String whose) {
    int most = limits.getOrDefault(what, 0);
    if (most == 0) {
      return Optional.of(() -> {});
    }
    Limit limit = new Limit(most, what.window());
    Bucket bucket;
    int telling;
    synchronized (buckets) {
      Instant now = clock.instant();
      if (exempt.get(what).contains(whose, now)) {
        return Optional.of(() -> {});
      }
      bucket = buckets.computeIfAbsent(key(what, whose), _ -> new Bucket(now));
      if (!bucket.hasLeft(limit, now)) {
        return Optional.empty();
      }
      bucket.untold++;
      telling =
          bucket.untold < limit.step() || now.isBefore(bucket.quiet) ? 0 : tell(bucket, limit, now);
    }
    return telling == 0
        ? Optional.of(() -> giveBack(bucket))
        : ask(bucket, limit, new SpendQuestion(what, whose, limit.cost(telling)), telling);
  }

  /** Counts as told what is about to be; returns how many that are. */
  private static int tell(Bucket bucket, Limit limit, Instant now) {
    int telling = bucket.untold;
    bucket.paid = (bucket.paid.isBefore(now) ? now : bucket.paid).plus(limit.cost(telling));
    bucket.untold = 0;
    return telling;
  }

  private void giveBack(Bucket bucket) {
    synchronized (buckets) {
      bucket.untold--; // below zero where it was told already: the next ones are not told then
    }
  }

  /** Tells what was used here, and learns what is used in all. */
  private Optional<Runnable> ask(Bucket bucket, Limit limit, SpendQuestion question, int telling) {
    try {
      SpendAnswer answer = authorizer.spend(question);
      synchronized (buckets) {
        Instant now = clock.instant();
        if (answer.exempt()) {
          exempt.get(question.what()).add(question.whose(), now.plus(limit.window()));
          takeBack(bucket, limit, telling); // nobody counted it; others of the network may be in it
          bucket.untold--;
          return Optional.of(() -> {});
        }
        Instant paid = now.plus(answer.owed());
        if (paid.isAfter(bucket.paid)) {
          bucket.paid = paid;
        }
      }
      return answer.owed().compareTo(limit.window()) <= 0
          ? Optional.of(() -> giveBack(bucket))
          : Optional.empty();
    } catch (IOException | RuntimeException alone) {
      EventLog.warn("spend").with("what", question.what().name()).cause(alone).write();
      synchronized (buckets) {
        takeBack(bucket, limit, telling); // it is told with what comes
        bucket.quiet = clock.instant().plus(Exempt.PAUSE);
      }
      return Optional.of(() -> giveBack(bucket)); // of what this front knows
    }
  }

  private static void takeBack(Bucket bucket, Limit limit, int telling) {
    bucket.paid = bucket.paid.minus(limit.cost(telling));
    bucket.untold += telling;
  }

  private static Key key(Counted what, String whose) {
    return new Key(what, what == Counted.USER_RECIPIENTS ? whose : ClientNetwork.of(whose));
  }
}

package skypost.aws;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/**
 * What a process remembers of pages that it has read, with what the head said then: a head that
 * says the same proves that they are the same still, see {@code infrastructure/docs/mailbox.md}.
 * Thread safe.
 */
final class RememberedPages {
  /** Octets of all: a tenth of a front's heap, some 300,000 messages. */
  static final long MAX_OCTETS = 32 << 20;

  /** How long after they were read whole, at most: what no head tells of is seen then. */
  static final Duration KEPT = Duration.ofHours(6);

  /** What an entry takes beside the messages. */
  private static final int OVERHEAD = 1 << 10;

  private final Clock clock;
  private final long maxOctets;

  /** The one that was not asked for longest comes first. */
  private final Map<Place, Known> all = new LinkedHashMap<>(16, 0.75f, true);

  private long octets;

  private record Place(EmailAddress user, String folder) {}

  /**
   * What a head says of a folder's pages.
   *
   * @param madeAt when the mailbox was made: another time is another mailbox
   * @param version everything that changes a page below a boundary makes another
   * @param removals how often messages were removed
   * @param changes how often flags of the folder's messages were changed, and messages removed:
   *     nothing else changes what is in a page below a boundary
   * @param sealedTo the greatest id that was sealed away: tells a mailbox from one of the same name
   *     that was made within the same second
   * @param boundary of the folder: how many pages there are
   */
  record Mark(
      long madeAt, long version, long removals, long changes, String sealedTo, long boundary) {
    static Mark of(MailboxHead head, String folder) {
      return new Mark(
          head.madeAt(),
          head.version(),
          head.removals(),
          head.changes().getOrDefault(folder, 0L),
          head.sealedTo(),
          head.boundary(folder));
    }

    /** Whether, since then, pages can only have been added to those of before. */
    boolean isBehind(Mark before) {
      return madeAt == before.madeAt
          && removals == before.removals
          && changes == before.changes
          && version >= before.version
          && boundary >= before.boundary;
    }
  }

  /**
   * Pages as they were.
   *
   * @param read when all of them were read
   */
  record Known(Mark mark, Instant read, PackedPages pages) {
    private long charge() {
      return pages.octets() + OVERHEAD;
    }
  }

  RememberedPages(Clock clock) {
    this(clock, MAX_OCTETS);
  }

  RememberedPages(Clock clock, long maxOctets) {
    this.clock = clock;
    this.maxOctets = maxOctets;
  }

  Instant now() {
    return clock.instant();
  }

  synchronized Optional<Known> find(EmailAddress user, String folder) {
    Place place = new Place(user, folder);
    Optional<Known> known = Optional.ofNullable(all.get(place));
    if (known.isPresent() && !known.get().read().plus(KEPT).isAfter(clock.instant())) {
      forget(place);
      return Optional.empty();
    }
    return known;
  }

  /** Remembers pages instead of what was known of that folder, unless they are too many. */
  synchronized void remember(EmailAddress user, String folder, Known known) {
    Place place = new Place(user, folder);
    forget(place);
    if (known.charge() > maxOctets) {
      return;
    }
    all.put(place, known);
    octets += known.charge();
    Iterator<Known> unused = all.values().iterator();
    while (octets > maxOctets) {
      octets -= unused.next().charge();
      unused.remove();
    }
  }

  synchronized void forget(EmailAddress user, String folder) {
    forget(new Place(user, folder));
  }

  private void forget(Place place) {
    Known known = all.remove(place);
    if (known != null) {
      octets -= known.charge();
    }
  }
}

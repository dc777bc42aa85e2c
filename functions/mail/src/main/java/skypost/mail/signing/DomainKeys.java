package skypost.mail.signing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All signing keys of a domain. At most one pair is active.
 *
 * @param domain in lower-case A-labels
 * @param version grows with each change; 0: nothing was ever kept
 * @param pairs oldest first
 */
public record DomainKeys(String domain, long version, List<SigningPair> pairs) {
  /** Pairs of a domain at once: one signs, one comes, and some are on their way out. */
  public static final int MOST = 5;

  public DomainKeys {
    pairs = List.copyOf(pairs);
    if (pairs.stream().filter(SigningPair::isActive).count() > 1) {
      throw new IllegalArgumentException(domain + " has several active pairs");
    }
  }

  /** Of a domain without keys. */
  public static DomainKeys none(String domain) {
    return new DomainKeys(domain, 0, List.of());
  }

  /** The pair that signs. */
  public Optional<SigningPair> active() {
    return pairs.stream().filter(SigningPair::isActive).findFirst();
  }

  /** A pair by its id. */
  public Optional<SigningPair> pair(String id) {
    return pairs.stream().filter(pair -> pair.id().equals(id)).findFirst();
  }

  /** With another pair. */
  public DomainKeys with(SigningPair pair) {
    List<SigningPair> more = new ArrayList<>(pairs);
    more.add(pair);
    return next(more);
  }

  /** Without a pair. */
  public DomainKeys without(String id) {
    return next(pairs.stream().filter(pair -> !pair.id().equals(id)).toList());
  }

  /** With pairs in place of those with their ids. */
  public DomainKeys replacing(List<SigningPair> changed) {
    return next(
        pairs.stream()
            .map(pair ->
                changed.stream()
                    .filter(each -> each.id().equals(pair.id()))
                    .findFirst()
                    .orElse(pair))
            .toList());
  }

  private DomainKeys next(List<SigningPair> changed) {
    return new DomainKeys(domain, version + 1, changed);
  }
}

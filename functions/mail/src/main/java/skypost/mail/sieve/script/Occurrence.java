package skypost.mail.sieve.script;

import java.util.List;

/**
 * Which occurrences of a header field are meant (RFC 5260 section 6).
 *
 * @param index from 1; 0: all
 * @param last whether it counts from the end
 */
public record Occurrence(long index, boolean last) {
  /** All there are. */
  public static final Occurrence ALL = new Occurrence(0, false);

  /** The first. */
  public static final Occurrence FIRST = new Occurrence(1, false);

  /** Those meant among all there are. */
  public <T> List<T> of(List<T> all) {
    if (index == 0) {
      return all;
    }
    if (index > all.size()) {
      return List.of();
    }
    return List.of(all.get((int) (last ? all.size() - index : index - 1)));
  }
}

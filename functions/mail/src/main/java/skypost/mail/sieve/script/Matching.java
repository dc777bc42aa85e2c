package skypost.mail.sieve.script;

import java.util.List;
import skypost.mail.sieve.match.Collation;
import skypost.mail.sieve.match.Relation;

/**
 * How a test compares what it finds with its keys (RFC 5228 section 2.7).
 *
 * @param collation the comparator
 * @param type the match type
 * @param keys any of them may match
 */
public record Matching(Collation collation, Type type, List<Text> keys) {
  public Matching {
    keys = List.copyOf(keys);
  }

  /** A match type. */
  public sealed interface Type {
    /** {@code :is} */
    record Is() implements Type {}

    /** {@code :contains} */
    record Contains() implements Type {}

    /** {@code :matches}: wildcards. */
    record Matches() implements Type {}

    /** {@code :regex} of draft-ietf-sieve-regex. */
    record Regular() implements Type {}

    /** {@code :value} of RFC 5231. */
    record Value(Relation relation) implements Type {}

    /** {@code :count} of RFC 5231. */
    record Count(Relation relation) implements Type {}
  }
}

package skypost.mail.sieve.run;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.sieve.grammar.Position;
import skypost.mail.sieve.match.Captures;
import skypost.mail.sieve.match.Collation;
import skypost.mail.sieve.match.Regex;
import skypost.mail.sieve.match.RegexException;
import skypost.mail.sieve.match.Relation;
import skypost.mail.sieve.match.Substring;
import skypost.mail.sieve.match.Wildcards;
import skypost.mail.sieve.script.Matching;
import skypost.mail.sieve.script.Matching.Type;

/** Compares values with the keys of a test (RFC 5228 section 2.7). */
final class Matches {
  private static final int CHARACTERS_PER_STEP = 8;

  private final State state;
  private final Map<String, Regex> expressions = new HashMap<>();

  Matches(State state) {
    this.state = state;
  }

  /** Whether any value matches any key; match variables are set (RFC 5229 section 3.2). */
  boolean any(Position at, Matching matching, List<String> values) {
    return any(at, matching, values, values.size(), true);
  }

  /** The same without setting match variables, as RFC 5173 section 6 wants. */
  boolean anySilently(Position at, Matching matching, List<String> values) {
    return any(at, matching, values, values.size(), false);
  }

  /** The same where not all values count. */
  boolean any(Position at, Matching matching, List<String> values, int count) {
    return any(at, matching, values, count, true);
  }

  private boolean any(
      Position at, Matching matching, List<String> values, int count, boolean captures) {
    List<String> keys = state.expand(matching.keys());
    if (matching.type() instanceof Type.Count(Relation relation)) { // RFC 5231 section 4.2
      String counted = String.valueOf(count);
      return keys.stream()
          .anyMatch(key -> relation.holds(matching.collation().compare(counted, key)));
    }
    return anyKey(at, matching, values, keys, captures);
  }

  /** The same with keys that are not quite those of the test. */
  boolean anyKey(Position at, Matching matching, List<String> values, List<String> keys) {
    return anyKey(at, matching, values, keys, true);
  }

  private boolean anyKey(
      Position at, Matching matching, List<String> values, List<String> keys, boolean captures) {
    for (String value : values) {
      for (String key : keys) {
        if (one(at, matching, value, key, captures)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean one(Position at, Matching matching, String value, String key, boolean captures) {
    Collation collation = matching.collation();
    if (!(matching.type() instanceof Type.Contains)) { // that counts for itself
      // All others fold or convert both as a whole, however soon they turn out to differ
      state.budget().spend(1 + (value.length() + key.length()) / CHARACTERS_PER_STEP);
    }
    return switch (matching.type()) {
      case Type.Is() -> collation.equal(value, key);
      case Type.Contains() -> Substring.isIn(value, key, collation, state.budget());
      case Type.Value(Relation relation) -> relation.holds(collation.compare(value, key));
      case Type.Count(Relation _) -> false;
      case Type.Matches() ->
          found(Wildcards.of(key, collation).match(value, collation, state.budget()), captures);
      case Type.Regular() ->
          found(expression(at, key, collation).find(value, state.budget()), captures);
    };
  }

  private boolean found(Optional<Captures> found, boolean captures) {
    if (captures) {
      found.ifPresent(state::matched);
    }
    return found.isPresent();
  }

  private Regex expression(Position at, String pattern, Collation collation) {
    String key = collation.identifier() + ' ' + pattern;
    Regex known = expressions.get(key);
    if (known != null) {
      return known;
    }
    try {
      Regex compiled = Regex.compile(pattern, collation);
      expressions.put(key, compiled);
      return compiled;
    } catch (RegexException malformed) {
      throw new RunException(at, malformed.getMessage());
    }
  }
}

package skypost.mail.sieve.match;

import java.util.Locale;
import java.util.Optional;

/** A relation of RFC 5231 section 4. */
public enum Relation {
  GT,
  GE,
  LT,
  LE,
  EQ,
  NE;

  public static Optional<Relation> of(String name) {
    for (Relation relation : values()) {
      if (relation.name().equals(name.toUpperCase(Locale.ROOT))) {
        return Optional.of(relation);
      }
    }
    return Optional.empty();
  }

  /** Whether it holds between two values that compare like this. */
  public boolean holds(int comparison) {
    return switch (this) {
      case GT -> comparison > 0;
      case GE -> comparison >= 0;
      case LT -> comparison < 0;
      case LE -> comparison <= 0;
      case EQ -> comparison == 0;
      case NE -> comparison != 0;
    };
  }
}

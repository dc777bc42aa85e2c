package skypost.mail.sieve.match;

import java.util.List;

/** A regular expression as a tree. */
sealed interface RegexNode {
  record Empty() implements RegexNode {}

  record One(CharacterSet of) implements RegexNode {}

  record Sequence(List<RegexNode> parts) implements RegexNode {}

  record Choice(List<RegexNode> of) implements RegexNode {}

  /** {@code max} is {@link #UNLIMITED} where there is none. */
  record Repeat(RegexNode of, int min, int max) implements RegexNode {}

  record Group(RegexNode of, int number) implements RegexNode {}

  record At(Place place) implements RegexNode {}

  int UNLIMITED = Integer.MAX_VALUE;

  /** A place between two characters. */
  enum Place {
    START,
    END,
    WORD_EDGE,
    NO_WORD_EDGE,
    WORD_START,
    WORD_END
  }
}

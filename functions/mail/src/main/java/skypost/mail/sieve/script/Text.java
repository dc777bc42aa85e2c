package skypost.mail.sieve.script;

import java.util.List;
import java.util.Optional;
import skypost.mail.sieve.grammar.Position;

/**
 * A string of a script, in which variables may stand (RFC 5229 section 3).
 *
 * @param at where it is written
 * @param pieces in their order
 */
public record Text(Position at, List<Piece> pieces) {
  public Text {
    pieces = List.copyOf(pieces);
  }

  /** Its value, where it holds no variable. */
  public Optional<String> constant() {
    return switch (pieces.size()) {
      case 0 -> Optional.of("");
      case 1 ->
          pieces.getFirst() instanceof Piece.Literal(String value)
              ? Optional.of(value)
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** As it is written, with the names of its variables; for telling texts apart. */
  public String written() {
    StringBuilder written = new StringBuilder();
    for (Piece piece : pieces) {
      written.append(
          switch (piece) {
            case Piece.Literal(String value) -> value;
            case Piece.Variable(String name) -> "${" + name + "}";
            case Piece.Matched(int index) -> "${" + index + "}";
          });
    }
    return written.toString();
  }

  /** A part of a string. */
  public sealed interface Piece {
    record Literal(String value) implements Piece {}

    /** The value of a variable; its name is in lower case. */
    record Variable(String name) implements Piece {}

    /** What the last match found: the whole for 0, the n-th wildcard otherwise. */
    record Matched(int index) implements Piece {}
  }
}

package skypost.mail.sieve.compile;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import skypost.mail.sieve.grammar.Position;
import skypost.mail.sieve.grammar.ScriptException;
import skypost.mail.sieve.match.Collation;
import skypost.mail.sieve.match.Regex;
import skypost.mail.sieve.match.RegexException;
import skypost.mail.sieve.match.Relation;
import skypost.mail.sieve.script.AddressPart;
import skypost.mail.sieve.script.Extension;
import skypost.mail.sieve.script.Matching;
import skypost.mail.sieve.script.Matching.Type;
import skypost.mail.sieve.script.Occurrence;
import skypost.mail.sieve.script.Text;

/** The tagged arguments that many tests share: comparator, match type, address part, index. */
final class MatchArguments {
  private final Scope scope;
  private final Arguments arguments;

  MatchArguments(Scope scope, Arguments arguments) {
    this.scope = scope;
    this.arguments = arguments;
  }

  /** How it compares; the keys are still to come. */
  Matching matching() {
    Optional<Collation> given = collation();
    Type type = type();
    // A count is a number; compared as text, which RFC 5228's default would be, 10 comes before 9
    Collation usual =
        type instanceof Type.Count ? Collation.ASCII_NUMERIC : Collation.ASCII_CASEMAP;
    Collation collation = given.orElse(usual);
    boolean parts =
        type instanceof Type.Contains
            || type instanceof Type.Matches
            || type instanceof Type.Regular;
    if (parts && !collation.hasSubstrings()) { // RFC 5228 section 2.7.1
      throw new ScriptException(
          arguments.at(), "comparator " + collation.identifier() + " cannot look for parts");
    }
    return new Matching(collation, type, List.of());
  }

  /** The same with keys, of which those that are known are looked at. */
  static Matching withKeys(Matching matching, List<Text> keys) {
    if (matching.type() instanceof Type.Regular) {
      keys.forEach(key -> checkRegex(key, matching.collation()));
    }
    return new Matching(matching.collation(), matching.type(), keys);
  }

  private static void checkRegex(Text key, Collation collation) {
    try {
      if (key.constant().isPresent()) {
        Regex.compile(key.constant().get(), collation);
      }
    } catch (RegexException malformed) {
      throw new ScriptException(key.at(), malformed.getMessage());
    }
  }

  private Optional<Collation> collation() {
    return arguments
        .text("comparator")
        .map(text -> {
          String name = Constants.known(text, "a comparator");
          Collation collation =
              Collation.of(name)
                  .orElseThrow(
                      () -> new ScriptException(text.at(), "unknown comparator \"" + name + "\""));
          if (collation == Collation.ASCII_NUMERIC) {
            scope.need(Extension.ASCII_NUMERIC, text.at(), "comparator \"" + name + "\"");
          }
          return collation;
        });
  }

  private Type type() {
    for (String tag : List.of("value", "count")) {
      arguments.find(tag).ifPresent(at -> scope.need(Extension.RELATIONAL, at, "':" + tag + "'"));
    }
    arguments.find("regex").ifPresent(at -> scope.need(Extension.REGEX, at, "':regex'"));
    Optional<Type> relational = relational("value").map(Type.Value::new);
    Optional<Position> second = arguments.find("count");
    Optional<Type> count = relational("count").map(Type.Count::new);
    Optional<Type> plain =
        arguments.oneOf("is", "contains", "matches", "regex").map(MatchArguments::plain);
    List<Type> given = Stream.of(relational, count, plain).flatMap(Optional::stream).toList();
    if (given.size() > 1) {
      throw new ScriptException(second.orElse(arguments.at()), "only one match type can be given");
    }
    return given.isEmpty() ? new Type.Is() : given.getFirst();
  }

  private Optional<Relation> relational(String tag) {
    return arguments
        .text(tag)
        .map(text -> {
          String name = Constants.known(text, "a relation");
          return Relation.of(name)
              .orElseThrow(
                  () -> new ScriptException(text.at(), "unknown relation \"" + name + "\""));
        });
  }

  private static Type plain(String tag) {
    return switch (tag) {
      case "contains" -> new Type.Contains();
      case "matches" -> new Type.Matches();
      case "regex" -> new Type.Regular();
      default -> new Type.Is();
    };
  }

  AddressPart addressPart() {
    for (String tag : List.of("user", "detail")) {
      arguments.find(tag).ifPresent(at -> scope.need(Extension.SUBADDRESS, at, "':" + tag + "'"));
    }
    return arguments
        .oneOf("all", "localpart", "domain", "user", "detail")
        .map(tag -> AddressPart.valueOf(tag.toUpperCase(Locale.ROOT)))
        .orElse(AddressPart.ALL);
  }

  /** RFC 5260 section 6. */
  Occurrence occurrence() {
    for (String tag : List.of("index", "last")) {
      arguments.find(tag).ifPresent(at -> scope.need(Extension.INDEX, at, "':" + tag + "'"));
    }
    return ownOccurrence();
  }

  /** The same for a command that brings these tags itself. */
  Occurrence ownOccurrence() {
    Optional<Position> index = arguments.find("index");
    Optional<Position> last = arguments.find("last");
    OptionalLong number = arguments.number("index");
    if (last.isPresent() && index.isEmpty()) {
      throw new ScriptException(last.get(), "':last' needs ':index'");
    }
    if (index.isEmpty()) {
      return Occurrence.ALL;
    }
    if (number.getAsLong() < 1) {
      throw new ScriptException(index.get(), "':index' counts from 1");
    }
    return new Occurrence(number.getAsLong(), arguments.flag("last"));
  }
}

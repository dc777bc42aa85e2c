package skypost.mail.sieve.compile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import skypost.mail.sieve.grammar.Argument;
import skypost.mail.sieve.grammar.Node;
import skypost.mail.sieve.grammar.Position;
import skypost.mail.sieve.grammar.ScriptException;
import skypost.mail.sieve.script.Text;

/**
 * The arguments of one command or test, taken one after the other: the tagged ones first, in any
 * order (RFC 5228 section 2.6.2), then the positional ones; at the end nothing may be left.
 */
final class Arguments {
  private final Node node;
  private final TextReader texts;
  private final List<Argument> left;
  private Optional<Argument> lastTag = Optional.empty(); // of those taken, the one furthest behind

  Arguments(Node node, TextReader texts) {
    this.node = node;
    this.texts = texts;
    this.left = new ArrayList<>(node.arguments());
  }

  Position at() {
    return node.at();
  }

  /** The place of a tag that is still there. */
  Optional<Position> find(String tag) {
    int index = indexOf(tag);
    return index < 0 ? Optional.empty() : Optional.of(left.get(index).at());
  }

  /** Takes a tag without a value. */
  boolean flag(String tag) {
    int index = indexOf(tag);
    if (index >= 0) {
      taken(left.remove(index));
    }
    return index >= 0;
  }

  /** Takes the one tag of these that is there; two of them contradict each other. */
  Optional<String> oneOf(String... tags) {
    Optional<String> found = Optional.empty();
    for (Argument argument : List.copyOf(left)) {
      if (argument instanceof Argument.Tag(Position at, String name)
          && Arrays.asList(tags).contains(name)) {
        if (found.isPresent()) {
          throw new ScriptException(
              at, "':" + name + "' cannot stand beside ':" + found.get() + "'");
        }
        found = Optional.of(name);
        left.remove(argument);
        taken(argument);
      }
    }
    return found;
  }

  /** Takes a tag and the string behind it. */
  Optional<Text> text(String tag) {
    return value(tag, "a string").map(value -> single(value, "':" + tag + "'"));
  }

  /** Takes a tag and the list of strings behind it. */
  Optional<List<Text>> texts(String tag) {
    return value(tag, "a list of strings").map(value -> all(value, "':" + tag + "'"));
  }

  /** Takes a tag and the number behind it. */
  OptionalLong number(String tag) {
    Optional<Argument> value = value(tag, "a number");
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(number(value.get(), "':" + tag + "'"));
  }

  /** Takes what stands behind a positional number. */
  long number(Argument argument, String what) {
    if (argument instanceof Argument.Number(Position _, long value)) {
      return value;
    }
    throw new ScriptException(argument.at(), what + " takes a number, not " + argument.shown());
  }

  /** Takes a positional string. */
  Text text(String what, boolean last) {
    Text text = single(positional(what), what);
    if (last) {
      end();
    }
    return text;
  }

  /** Takes a positional list of strings. */
  List<Text> texts(String what, boolean last) {
    List<Text> all = all(positional(what), what);
    if (last) {
      end();
    }
    return all;
  }

  /** How many are left, tags among them. */
  int count() {
    return left.size();
  }

  /** Nothing may be left. */
  void end() {
    if (!left.isEmpty()) {
      Argument first = left.getFirst();
      throw new ScriptException(
          first.at(),
          first instanceof Argument.Tag
              ? "unexpected " + first.shown() + " for '" + node.name() + "'"
              : "'" + node.name() + "' takes fewer arguments: unexpected " + first.shown());
    }
  }

  private Argument positional(String what) {
    if (left.isEmpty()) {
      throw new ScriptException(node.at(), "'" + node.name() + "' lacks its " + what);
    }
    Argument next = left.getFirst();
    if (next instanceof Argument.Tag) {
      throw new ScriptException(
          next.at(), "unexpected " + next.shown() + " for '" + node.name() + "'");
    }
    left.removeFirst();
    lastTag
        .filter(tag -> order(tag) > order(next))
        .ifPresent(tag -> {
          throw new ScriptException(tag.at(), tag.shown() + " must come before " + next.shown());
        });
    return next;
  }

  private void taken(Argument tag) {
    if (lastTag.isEmpty() || order(lastTag.get()) < order(tag)) {
      lastTag = Optional.of(tag);
    }
  }

  private int order(Argument argument) {
    return node.arguments().indexOf(argument);
  }

  private Optional<Argument> value(String tag, String what) {
    int index = indexOf(tag);
    if (index < 0) {
      return Optional.empty();
    }
    Argument found = left.remove(index);
    taken(found);
    if (index >= left.size() || left.get(index) instanceof Argument.Tag) {
      throw new ScriptException(found.at(), "':" + tag + "' must be followed by " + what);
    }
    return Optional.of(left.remove(index));
  }

  private Text single(Argument argument, String what) {
    if (argument instanceof Argument.Strings(Position _, List<Argument.Item> items, boolean list)
        && !list) {
      return texts.read(items.getFirst());
    }
    throw new ScriptException(argument.at(), what + " takes a string, not " + argument.shown());
  }

  private List<Text> all(Argument argument, String what) {
    if (argument instanceof Argument.Strings(Position _, List<Argument.Item> items, boolean _)) {
      return items.stream().map(texts::read).collect(Collectors.toUnmodifiableList());
    }
    throw new ScriptException(
        argument.at(), what + " takes a list of strings, not " + argument.shown());
  }

  private int indexOf(String tag) {
    for (int i = 0; i < left.size(); i++) {
      if (left.get(i) instanceof Argument.Tag(Position _, String name) && name.equals(tag)) {
        return i;
      }
    }
    return -1;
  }
}

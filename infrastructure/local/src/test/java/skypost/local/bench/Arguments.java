package skypost.local.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Options with a value each, as {@code --rounds 3}. */
record Arguments(Map<String, String> given) {

  /** Reads them. @throws IllegalArgumentException when there is another, or one without a value */
  static Arguments parse(List<String> arguments, Set<String> known) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < arguments.size(); i += 2) {
      if (!known.contains(arguments.get(i)) || i + 1 == arguments.size()) {
        throw new IllegalArgumentException("not understood: " + arguments.get(i));
      }
      given.put(arguments.get(i), arguments.get(i + 1));
    }
    return new Arguments(given);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(given.get(name));
  }

  int number(String name, int otherwise) {
    return text(name).map(Integer::valueOf).orElse(otherwise);
  }

  List<String> words(String name, String otherwise) {
    return List.of(given.getOrDefault(name, otherwise).split(","));
  }

  List<Integer> numbers(String name, String otherwise) {
    return words(name, otherwise).stream().map(Integer::valueOf).toList();
  }

  /** Octets, of sizes with K or M. */
  List<Integer> sizes(String name, String otherwise) {
    return words(name, otherwise).stream().map(Arguments::octets).toList();
  }

  private static int octets(String size) {
    int factor = size.endsWith("K") ? 1 << 10 : size.endsWith("M") ? 1 << 20 : 1;
    return factor * Integer.parseInt(factor == 1 ? size : size.substring(0, size.length() - 1));
  }
}

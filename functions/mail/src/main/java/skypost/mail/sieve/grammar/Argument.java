package skypost.mail.sieve.grammar;

import java.util.List;

/** An argument of a command or test (RFC 5228 section 2.6). */
public sealed interface Argument {
  Position at();

  /** As an author is told what was found. */
  String shown();

  /** {@code :name}; the name is in lower case and without the colon. */
  record Tag(Position at, String name) implements Argument {
    @Override
    public String shown() {
      return "tag ':" + name + "'";
    }
  }

  record Number(Position at, long value) implements Argument {
    @Override
    public String shown() {
      return "number " + value;
    }
  }

  /**
   * A string, or a list of them: a single string stands for a list of one (RFC 5228 section
   * 2.4.2.1).
   *
   * @param list whether it was written in brackets
   */
  record Strings(Position at, List<Item> items, boolean list) implements Argument {
    public Strings {
      items = List.copyOf(items);
    }

    @Override
    public String shown() {
      return list ? "a list of strings" : "a string";
    }
  }

  /** One string with its place. */
  record Item(Position at, String value) {}
}

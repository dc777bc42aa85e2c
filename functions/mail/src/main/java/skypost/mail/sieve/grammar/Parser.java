package skypost.mail.sieve.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the grammar that all commands share (RFC 5228 section 8.2). */
public final class Parser {
  /** Depth of blocks and tests within each other. */
  static final int MAX_NESTING = 32; // RFC 5228 section 2.9 asks for at least 15

  private final Lexer lexer;
  private Token token;

  private Parser(String script) {
    lexer = new Lexer(script);
    token = lexer.next();
  }

  /**
   * Reads a script.
   *
   * @throws ScriptException at the first mistake
   */
  public static List<Node> parse(String script) {
    Parser parser = new Parser(script);
    List<Node> commands = parser.commands(0);
    if (!(parser.token instanceof Token.End)) {
      throw parser.unexpected("a command");
    }
    return commands;
  }

  private List<Node> commands(int depth) {
    List<Node> commands = new ArrayList<>();
    while (token instanceof Token.Identifier) {
      commands.add(command(depth));
    }
    return commands;
  }

  private Node command(int depth) {
    Node head = head(depth);
    if (isMark(';')) {
      take();
      return head;
    }
    if (!isMark('{')) {
      throw unexpected("';' or '{' after command '" + head.name() + "'");
    }
    Position opened = token.at();
    check(depth);
    take();
    List<Node> block = commands(depth + 1);
    if (token instanceof Token.End) {
      throw new ScriptException(opened, "this block has no end");
    }
    if (!isMark('}')) {
      throw unexpected("a command or '}'");
    }
    take();
    return new Node(
        head.at(),
        head.name(),
        head.arguments(),
        head.tests(),
        head.testList(),
        Optional.of(block));
  }

  /** Name, arguments and tests, of a command as of a test. */
  private Node head(int depth) {
    Token.Identifier name = (Token.Identifier) take();
    List<Argument> arguments = new ArrayList<>();
    Optional<Argument> argument = argument();
    while (argument.isPresent()) {
      arguments.add(argument.get());
      argument = argument();
    }
    boolean testList = isMark('(');
    List<Node> tests = token instanceof Token.Identifier || testList ? tests(depth) : List.of();
    return new Node(
        name.at(),
        name.name().toLowerCase(Locale.ROOT),
        arguments,
        tests,
        testList,
        Optional.empty());
  }

  private List<Node> tests(int depth) {
    check(depth);
    if (token instanceof Token.Identifier) {
      return List.of(head(depth + 1));
    }
    List<Node> tests = new ArrayList<>();
    do {
      take();
      if (!(token instanceof Token.Identifier)) {
        throw unexpected("a test");
      }
      tests.add(head(depth + 1));
    } while (isMark(','));
    if (!isMark(')')) {
      throw unexpected("',' or ')'");
    }
    take();
    return tests;
  }

  private Optional<Argument> argument() {
    return switch (token) {
      case Token.Tag(Position at, String name) -> taken(new Argument.Tag(at, name));
      case Token.Number(Position at, long value) -> taken(new Argument.Number(at, value));
      case Token.Text(Position at, String value) ->
          taken(new Argument.Strings(at, List.of(new Argument.Item(at, value)), false));
      case Token.Mark(Position at, char mark) when mark == '[' -> Optional.of(list(at));
      case Token other -> Optional.empty();
    };
  }

  private Argument list(Position at) {
    List<Argument.Item> items = new ArrayList<>();
    do {
      take();
      if (!(token instanceof Token.Text(Position place, String value))) {
        throw unexpected("a string");
      }
      items.add(new Argument.Item(place, value));
      take();
    } while (isMark(','));
    if (!isMark(']')) {
      throw unexpected("',' or ']'");
    }
    take();
    return new Argument.Strings(at, items, true);
  }

  private Optional<Argument> taken(Argument argument) {
    take();
    return Optional.of(argument);
  }

  private Token take() {
    Token taken = token;
    token = lexer.next();
    return taken;
  }

  private boolean isMark(char mark) {
    return token instanceof Token.Mark(Position _, char found) && found == mark;
  }

  private void check(int depth) {
    if (depth >= MAX_NESTING) {
      throw new ScriptException(token.at(), "nested more than " + MAX_NESTING + " deep");
    }
  }

  private ScriptException unexpected(String wanted) {
    return new ScriptException(token.at(), "expected " + wanted + ", found " + token.shown());
  }
}

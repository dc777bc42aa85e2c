package skypost.mail.sieve.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.sieve.grammar.Argument;
import skypost.mail.sieve.grammar.Node;
import skypost.mail.sieve.grammar.Parser;
import skypost.mail.sieve.grammar.Position;
import skypost.mail.sieve.grammar.ScriptError;
import skypost.mail.sieve.grammar.ScriptException;
import skypost.mail.sieve.script.Condition;
import skypost.mail.sieve.script.Instruction;
import skypost.mail.sieve.script.Script;
import skypost.mail.sieve.script.Text;

/** Makes a script of its text, or tells what is wrong with it. */
public final class ScriptCompiler {
  /** Characters of a script. */
  public static final int MAX_SCRIPT = 256 * 1024;

  private final Scope scope = new Scope();
  private final TextReader texts = new TextReader(scope);
  private final Conditions conditions = new Conditions(scope, texts);
  private final Commands commands = new Commands(scope, texts);

  private ScriptCompiler() {}

  /** Compiles; every mistake that can be told without running is found. */
  public static Compiled compile(String script) {
    if (script.length() > MAX_SCRIPT) {
      return new Compiled.Refused(
          List.of(
              new ScriptError(new Position(1, 1), "longer than " + MAX_SCRIPT + " characters")));
    }
    List<Node> nodes;
    try {
      nodes = Parser.parse(script);
    } catch (ScriptException malformed) {
      return new Compiled.Refused(List.of(malformed.error()));
    }
    return new ScriptCompiler().all(nodes);
  }

  private Compiled all(List<Node> nodes) {
    int first = 0;
    while (first < nodes.size() && nodes.get(first).name().equals("require")) {
      try {
        require(nodes.get(first));
      } catch (ScriptException wrong) {
        scope.report(wrong.error());
      }
      first++;
    }
    List<Instruction> body = block(nodes.subList(first, nodes.size()));
    return scope.errors().isEmpty()
        ? new Compiled.Ready(new Script(body, scope.required()))
        : new Compiled.Refused(scope.errors());
  }

  /** RFC 5228 section 3.2. */
  private void require(Node node) {
    if (node.block().isPresent() || !node.tests().isEmpty()) {
      throw new ScriptException(node.at(), "'require' takes a list of strings and nothing else");
    }
    if (node.arguments().size() != 1
        || !(node.arguments().getFirst()
            instanceof Argument.Strings(Position _, List<Argument.Item> items, boolean _))) {
      throw new ScriptException(node.at(), "'require' takes one list of strings");
    }
    for (Argument.Item item : items) {
      try {
        scope.require(item.at(), item.value());
      } catch (ScriptException unknown) {
        scope.report(unknown.error());
      }
    }
  }

  private List<Instruction> block(List<Node> nodes) {
    List<Instruction> instructions = new ArrayList<>();
    int next = 0;
    while (next < nodes.size()) {
      int end = next + 1;
      if (nodes.get(next).name().equals("if")) {
        while (end < nodes.size() && isContinuation(nodes.get(end))) {
          end++;
        }
      }
      instruction(nodes.subList(next, end)).ifPresent(instructions::add);
      next = end;
    }
    return instructions;
  }

  private static boolean isContinuation(Node node) {
    return node.name().equals("elsif") || node.name().equals("else");
  }

  /** One command, an if with what belongs to it; empty when it is wrong. */
  private Optional<Instruction> instruction(List<Node> nodes) {
    Node node = nodes.getFirst();
    try {
      return Optional.of(
          switch (node.name()) {
            case "if" -> conditional(nodes);
            case "elsif", "else" ->
                throw new ScriptException(
                    node.at(), "'" + node.name() + "' must follow 'if' or 'elsif'");
            case "require" ->
                throw new ScriptException(
                    node.at(), "'require' must come before all other commands");
            default -> commands.compile(node);
          });
    } catch (ScriptException wrong) {
      if (scope.defersErrors()) { // RFC 5463 section 4
        var message =
            new Text(wrong.error().at(), List.of(new Text.Piece.Literal(wrong.error().message())));
        return Optional.of(new Instruction.Fail(wrong.error().at(), message));
      }
      scope.report(wrong.error());
      return Optional.empty();
    }
  }

  /** RFC 5228 section 3.1. */
  private Instruction conditional(List<Node> nodes) {
    List<Instruction.Branch> branches = new ArrayList<>();
    List<Instruction> otherwise = List.of();
    boolean ended = false;
    for (Node node : nodes) {
      if (ended) {
        throw new ScriptException(node.at(), "'" + node.name() + "' cannot follow 'else'");
      }
      new Arguments(node, texts).end();
      List<Node> block =
          node.block()
              .orElseThrow(
                  () -> new ScriptException(node.at(), "'" + node.name() + "' lacks its block"));
      if (node.name().equals("else")) {
        if (!node.tests().isEmpty()) {
          throw new ScriptException(node.tests().getFirst().at(), "'else' takes no test");
        }
        otherwise = block(block);
        ended = true;
      } else {
        branches.add(new Instruction.Branch(condition(node), block(block)));
      }
    }
    return new Instruction.If(nodes.getFirst().at(), branches, otherwise);
  }

  private Condition condition(Node node) {
    if (node.tests().size() != 1 || node.testList()) {
      throw new ScriptException(node.at(), "'" + node.name() + "' takes one test");
    }
    return conditions.compile(node.tests().getFirst());
  }

  /** What came of compiling. */
  public sealed interface Compiled {
    record Ready(Script script) implements Compiled {}

    /** At least one error, in the order of the script. */
    record Refused(List<ScriptError> errors) implements Compiled {
      public Refused {
        errors = List.copyOf(errors);
      }
    }
  }
}

package skypost.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A function's role as template.yaml has it, read as the text that it is. Of conditions those on
 * {@code dynamodb:LeadingKeys} are known; any other counts as fulfilled. Statements that deny are
 * left out. So it finds permissions that are missing, and not all that are too few.
 */
record FunctionRole(String name, List<Statement> statements) {
  private static final Pattern ACTION = Pattern.compile("[a-z0-9]+:[A-Za-z]+");
  private static final Pattern RESOURCE =
      Pattern.compile("!GetAtt (\\w+)\\.Arn|\\$\\{(\\w+)\\.Arn\\}([^'\\]\\s,]*)");
  private static final Pattern LEADING = Pattern.compile("dynamodb:LeadingKeys: \\[([^\\]]*)\\]");
  private static final Pattern QUOTED = Pattern.compile("'([^']*)'");
  private static final Pattern COMMENT = Pattern.compile("(^|\\s)#\\s.*$", Pattern.MULTILINE);

  /**
   * A statement that allows.
   *
   * @param resources logical names, with what follows in their ARN
   * @param keys patterns of partition keys; empty: any
   */
  record Statement(Set<String> actions, List<String> resources, List<String> keys) {
    boolean allows(RequestedActions.Request request, String resource) {
      return actions.contains(request.action())
          && resources.stream().anyMatch(pattern -> matches(pattern, resource))
          && (keys.isEmpty()
              || request.keys().stream()
                  .allMatch(key -> keys.stream().anyMatch(pattern -> matches(pattern, key))));
    }
  }

  /**
   * Reads the role that a function names.
   *
   * @param template the whole of it
   */
  static FunctionRole of(String function, String template) {
    Matcher named =
        Pattern.compile("Role: !GetAtt (\\w+)\\.Arn").matcher(block(function, template));
    if (!named.find()) {
      throw new IllegalArgumentException(function + " has no role");
    }
    List<Statement> statements = new ArrayList<>();
    String[] parts = block(named.group(1), template).split("- Sid: ");
    for (int i = 1; i < parts.length; i++) {
      String effect = part("Effect", parts[i]);
      if (effect.contains("Allow")) {
        statements.add(
            new Statement(
                Set.copyOf(all(ACTION, part("Action", parts[i]), MatchResult::group)),
                all(RESOURCE, part("Resource", parts[i]), FunctionRole::resource),
                all(LEADING, part("Condition", parts[i]), list -> list.group(1)).stream()
                    .flatMap(list -> all(QUOTED, list, quoted -> quoted.group(1)).stream())
                    .toList()));
      } else if (!effect.contains("Deny")) {
        throw new IllegalArgumentException("neither allows nor denies: " + parts[i]);
      }
    }
    return new FunctionRole(named.group(1), statements);
  }

  boolean allows(RequestedActions.Request request, String resource) {
    return statements.stream().anyMatch(statement -> statement.allows(request, resource));
  }

  private static String resource(MatchResult found) {
    return found.group(1) != null ? found.group(1) : found.group(2) + found.group(3);
  }

  /** A resource of the template, without comments. */
  private static String block(String resource, String template) {
    Matcher block =
        Pattern.compile(
                "^  " + resource + ":\\n((?:    .*\\n|\\s*\\n|  #.*\\n)*)", Pattern.MULTILINE)
            .matcher(template);
    if (!block.find()) {
      throw new IllegalArgumentException("no " + resource);
    }
    return COMMENT.matcher(block.group(1)).replaceAll("");
  }

  /** What a statement says of one thing, on its line or on lines that are further in. */
  private static String part(String name, String statement) {
    Matcher part =
        Pattern.compile("^( *)" + name + ":(.*\\n(?:\\1 .*\\n|\\s*\\n)*)", Pattern.MULTILINE)
            .matcher(statement);
    return part.find() ? part.group(2) : "";
  }

  private static boolean matches(String pattern, String text) {
    return Pattern.matches(("\\Q" + pattern + "\\E").replace("*", "\\E.*\\Q"), text);
  }

  private static List<String> all(
      Pattern pattern, String text, java.util.function.Function<MatchResult, String> read) {
    return pattern.matcher(text).results().map(read).toList();
  }
}

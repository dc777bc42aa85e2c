package skypost.mail.filter;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import skypost.protocol.address.EmailAddress;

/**
 * Filters for people who know no Sieve: rules, each tried on every message in their order, and a
 * reply while the user is away. They are compiled to a Sieve script, and are no more than that.
 *
 * @param rules what to do with which mail
 * @param vacation the reply; empty: none
 */
public record FilterRules(List<Rule> rules, Optional<Vacation> vacation) {
  /** Fields that hold addresses: what is compared with the whole of one is an address. */
  private static final Set<String> ADDRESS_FIELDS =
      Set.of("from", "to", "cc", "bcc", "sender", "reply-to", "resent-from", "resent-to");

  public FilterRules {
    rules = List.copyOf(rules);
  }

  /**
   * A rule.
   *
   * @param name what its user calls it
   * @param when all must hold; none: every message
   * @param then what is done, in this order; at least one
   */
  public record Rule(String name, List<Condition> when, List<Action> then) {
    public Rule {
      when = List.copyOf(when);
      then = List.copyOf(then);
      if (then.isEmpty()) {
        throw new IllegalArgumentException("a rule that does nothing: " + name);
      }
    }
  }

  /**
   * A condition; letters of ASCII are the same in either case.
   *
   * @param field the name of a header field, or {@code body}
   * @param match how it is compared
   * @param text with what
   */
  public record Condition(String field, Match match, String text) {}

  /** How a field is compared. */
  public enum Match {
    /** The text is somewhere in it. */
    CONTAINS,
    /** It is the text: of a field with addresses, one of the addresses is. */
    IS
  }

  /** What is done with a message. */
  public sealed interface Action {
    /** It is not kept, later rules are not tried, and nobody is told. */
    record Discard() implements Action {}

    /** It goes to a folder instead of INBOX. */
    record File(String folder) implements Action {}

    /** It goes to somebody else as well. */
    record Forward(EmailAddress to) implements Action {}
  }

  /**
   * A reply to who writes while the user is away, once a week to each.
   *
   * @param from the first day, in UTC; empty: from now on
   * @param until the last day, in UTC; empty: until it is taken away
   * @param text what it says
   */
  public record Vacation(Optional<LocalDate> from, Optional<LocalDate> until, String text) {}

  /** The script that does what the rules say. */
  public String script() {
    Set<String> required = new TreeSet<>();
    StringBuilder body = new StringBuilder();
    rules.forEach(rule -> write(rule, required, body));
    vacation.ifPresent(away -> write(away, required, body));
    String require =
        required.isEmpty()
            ? ""
            : "require ["
                + String.join(", ", required.stream().map(FilterRules::quoted).toList())
                + "];\r\n";
    return require + body;
  }

  private static void write(Rule rule, Set<String> required, StringBuilder script) {
    script.append("# ").append(rule.name().replaceAll("\\p{Cntrl}", " ")).append("\r\n");
    List<String> tests = rule.when().stream().map(each -> test(each, required)).toList();
    String test =
        tests.isEmpty()
            ? "true"
            : tests.size() == 1 ? tests.getFirst() : "allof (" + String.join(", ", tests) + ")";
    script.append("if ").append(test).append(" {\r\n");
    for (Action action : rule.then()) {
      script.append("  ").append(command(action, required)).append("\r\n");
    }
    script.append("}\r\n");
  }

  private static String test(Condition condition, Set<String> required) {
    String field = condition.field().toLowerCase(Locale.ROOT);
    String how = condition.match() == Match.IS ? ":is" : ":contains";
    String text = quoted(condition.text());
    if (field.equals("body")) { // RFC 5173
      required.add("body");
      return "body :text " + how + " " + text;
    }
    boolean address = condition.match() == Match.IS && ADDRESS_FIELDS.contains(field);
    return (address ? "address" : "header") + " " + how + " " + quoted(field) + " " + text;
  }

  private static String command(Action action, Set<String> required) {
    return switch (action) {
      case Action.Discard() -> "discard; stop;";
      case Action.File(String folder) -> {
        required.addAll(List.of("fileinto", "mailbox"));
        yield "fileinto :create " + quoted(folder) + ";";
      }
      case Action.Forward(EmailAddress to) -> {
        required.add("copy");
        yield "redirect :copy " + quoted(to.toString()) + ";";
      }
    };
  }

  private static void write(Vacation away, Set<String> required, StringBuilder script) {
    required.add("vacation");
    List<String> days = new ArrayList<>();
    away.from().ifPresent(day -> days.add(today("ge", day)));
    away.until().ifPresent(day -> days.add(today("le", day)));
    String reply = "vacation " + quoted(away.text()) + ";\r\n";
    if (days.isEmpty()) {
      script.append(reply);
      return;
    }
    required.addAll(List.of("date", "relational")); // RFC 5260, RFC 5231
    script.append("if allof (").append(String.join(", ", days)).append(") {\r\n  ");
    script.append(reply).append("}\r\n");
  }

  private static String today(String relation, LocalDate day) {
    return "currentdate :value \"" + relation + "\" :zone \"+0000\" \"date\" \"" + day + "\"";
  }

  /** RFC 5228 section 2.4.2. */
  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}

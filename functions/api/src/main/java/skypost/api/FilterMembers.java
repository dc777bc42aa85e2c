package skypost.api;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.filter.FilterRules;
import skypost.mail.filter.FilterRules.Action;
import skypost.mail.filter.FilterRules.Condition;
import skypost.mail.filter.FilterRules.Match;
import skypost.mail.filter.FilterRules.Rule;
import skypost.mail.filter.FilterRules.Vacation;
import skypost.mail.sieve.message.Names;
import skypost.protocol.address.EmailAddress;

/** A filter as a JSON object: a script, or rules and a vacation reply. */
final class FilterMembers {
  static final Set<String> ALL = Set.of("script", "rules", "vacation");

  private static final int MAX_RULES = 200;
  private static final int MAX_PARTS = 20; // conditions and actions of a rule
  private static final int MAX_NAME = 100;
  private static final int MAX_TEXT = 1000;
  private static final int MAX_REPLY = 10_000;

  private FilterMembers() {}

  /** The script that the members say; errors stay with them. */
  static String script(Members members) {
    Optional<String> script = members.text("script");
    boolean simple = members.has("rules") || members.has("vacation");
    if (script.isPresent() && simple) {
      members.error("script", "give a script, or rules and vacation, not both");
    } else if (script.isEmpty() && !simple) {
      members.error("script", "give a script, or rules or vacation");
    }
    FilterRules rules = rules(members);
    return script.orElseGet(rules::script);
  }

  private static FilterRules rules(Members members) {
    List<Rule> rules = new ArrayList<>();
    for (Members rule : members.objects("rules", MAX_RULES, Set.of("name", "when", "then"))) {
      List<Condition> when = conditions(rule);
      List<Action> then = actions(rule);
      rule.required("then");
      if (then.isEmpty()) {
        rule.error("then", "says what is done: at least one action");
      } else {
        rules.add(new Rule(line(rule, "name", MAX_NAME).orElse("rule"), when, then));
      }
    }
    return new FilterRules(rules, vacation(members));
  }

  private static List<Condition> conditions(Members rule) {
    List<Condition> conditions = new ArrayList<>();
    for (Members each : rule.objects("when", MAX_PARTS, Set.of("field", "contains", "is"))) {
      each.required("field");
      Optional<String> field =
          each.parsed(
              "field",
              "the name of a header field (RFC 5322 section 2.2), or body",
              text -> Optional.of(text).filter(name -> name.matches("[!-9;-~]{1,77}")));
      Optional<String> contains = line(each, "contains", MAX_TEXT);
      Optional<String> is = line(each, "is", MAX_TEXT);
      if (each.has("contains") == each.has("is")) {
        each.error("contains", "give contains or is");
      }
      contains
          .map(text -> new Condition(field.orElse(""), Match.CONTAINS, text))
          .or(() -> is.map(text -> new Condition(field.orElse(""), Match.IS, text)))
          .ifPresent(conditions::add);
    }
    return conditions;
  }

  private static List<Action> actions(Members rule) {
    List<Action> actions = new ArrayList<>();
    for (Members each : rule.objects("then", MAX_PARTS, Set.of("action", "folder", "to"))) {
      Optional<String> folder =
          each.parsed(
              "folder",
              "the name of a folder",
              text -> Optional.of(Names.mailbox(text)).filter(Names::isMailbox));
      Optional<EmailAddress> to = each.parsed("to", "an e-mail address", EmailAddress::parse);
      each.required("action");
      switch (each.text("action").orElse("")) {
        case "discard" -> actions.add(new Action.Discard());
        case "file" -> {
          each.required("folder");
          folder.map(Action.File::new).ifPresent(actions::add);
        }
        case "forward" -> {
          each.required("to");
          to.map(Action.Forward::new).ifPresent(actions::add);
        }
        default -> each.error("action", "not one of discard, file, forward");
      }
    }
    return actions;
  }

  private static Optional<Vacation> vacation(Members members) {
    if (!members.has("vacation")) {
      return Optional.empty();
    }
    Members away = members.object("vacation", Set.of("from", "until", "text"));
    Optional<LocalDate> from = away.parsed("from", "a date such as 2026-12-24", FilterMembers::day);
    Optional<LocalDate> until =
        away.parsed("until", "a date such as 2026-12-24", FilterMembers::day);
    if (from.isPresent() && until.isPresent() && until.get().isBefore(from.get())) {
      away.error("until", "lies before from");
    }
    away.required("text");
    Optional<String> text =
        away.parsed(
            "text",
            "1 to " + MAX_REPLY + " characters",
            given ->
                Optional.of(given)
                    .filter(reply -> !reply.isBlank() && reply.length() <= MAX_REPLY)
                    .filter(reply -> reply.indexOf('\0') < 0));
    return text.map(reply -> new Vacation(from, until, reply));
  }

  /** Days are in UTC; an instant stands for its day. */
  private static Optional<LocalDate> day(String text) {
    try {
      return Optional.of(LocalDate.parse(text.length() > 10 ? text.substring(0, 10) : text));
    } catch (DateTimeParseException malformed) {
      return Optional.empty();
    }
  }

  private static Optional<String> line(Members members, String name, int most) {
    return members.parsed(
        name,
        "1 to " + most + " characters without control characters",
        text ->
            Optional.of(text)
                .filter(line -> !line.isEmpty() && line.length() <= most)
                .filter(line -> line.chars().noneMatch(Character::isISOControl)));
  }

  /** What is kept to be shown again: the members as they were given. */
  static Map<String, Object> source(Members members) {
    Map<String, Object> source = new LinkedHashMap<>();
    for (String name : List.of("script", "rules", "vacation")) {
      members.raw(name).ifPresent(value -> source.put(name, value));
    }
    return source;
  }
}

package skypost.mail.sieve.compile;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import skypost.mail.sieve.grammar.Node;
import skypost.mail.sieve.grammar.ScriptException;
import skypost.mail.sieve.message.MailDate;
import skypost.mail.sieve.script.AddressPart;
import skypost.mail.sieve.script.Condition;
import skypost.mail.sieve.script.DatePart;
import skypost.mail.sieve.script.Extension;
import skypost.mail.sieve.script.Matching;
import skypost.mail.sieve.script.Occurrence;
import skypost.mail.sieve.script.Text;

/** Understands tests. */
final class Conditions {
  private static final Set<String> NAMES =
      Set.of(
          "allof",
          "anyof",
          "not",
          "true",
          "false",
          "address",
          "envelope",
          "exists",
          "header",
          "size",
          "body",
          "hasflag",
          "string",
          "date",
          "currentdate",
          "mailboxexists",
          "environment",
          "duplicate",
          "ihave");

  private final Scope scope;
  private final TextReader texts;

  Conditions(Scope scope, TextReader texts) {
    this.scope = scope;
    this.texts = texts;
  }

  Condition compile(Node node) {
    Arguments arguments = new Arguments(node, texts);
    return switch (node.name()) {
      case "allof" -> new Condition.AllOf(many(node, arguments));
      case "anyof" -> new Condition.AnyOf(many(node, arguments));
      case "not" -> not(node, arguments);
      case "true", "false" -> constant(node, arguments);
      default -> {
        if (!node.tests().isEmpty()) {
          throw new ScriptException(
              node.tests().getFirst().at(), "'" + node.name() + "' takes no tests");
        }
        yield simple(node, arguments);
      }
    };
  }

  private Condition simple(Node node, Arguments arguments) {
    return switch (node.name()) {
      case "address" -> address(arguments);
      case "envelope" -> envelope(arguments);
      case "exists" -> exists(arguments);
      case "header" -> header(arguments);
      case "size" -> size(arguments);
      case "body" -> body(arguments);
      case "hasflag" -> hasFlag(arguments);
      case "string" -> string(arguments);
      case "date" -> date(arguments, true);
      case "currentdate" -> date(arguments, false);
      case "mailboxexists" -> mailboxExists(arguments);
      case "environment" -> environment(arguments);
      case "duplicate" -> duplicate(arguments);
      case "ihave" -> ihave(arguments);
      default ->
          throw new ScriptException(
              node.at(),
              Commands.isCommand(node.name())
                  ? "'" + node.name() + "' is a command, not a test"
                  : "unknown test '" + node.name() + "'");
    };
  }

  private List<Condition> many(Node node, Arguments arguments) {
    arguments.end();
    if (!node.testList()) {
      throw new ScriptException(
          node.at(), "'" + node.name() + "' takes a list of tests in parentheses");
    }
    return node.tests().stream().map(this::compile).toList();
  }

  private Condition not(Node node, Arguments arguments) {
    arguments.end();
    if (node.tests().size() != 1 || node.testList()) {
      throw new ScriptException(node.at(), "'not' takes one test");
    }
    return new Condition.Not(compile(node.tests().getFirst()));
  }

  private static Condition constant(Node node, Arguments arguments) {
    arguments.end();
    if (!node.tests().isEmpty()) {
      throw new ScriptException(
          node.tests().getFirst().at(), "'" + node.name() + "' takes no tests");
    }
    return new Condition.Constant(node.name().equals("true"));
  }

  private Condition address(Arguments arguments) {
    MatchArguments match = new MatchArguments(scope, arguments);
    AddressPart part = match.addressPart();
    Occurrence occurrence = match.occurrence();
    Matching matching = match.matching();
    List<Text> headers = Constants.addressFields(arguments.texts("list of headers", false));
    return new Condition.Address(
        arguments.at(), part, occurrence, headers, keys(arguments, matching));
  }

  private Condition envelope(Arguments arguments) {
    scope.need(Extension.ENVELOPE, arguments.at(), "'envelope'");
    MatchArguments match = new MatchArguments(scope, arguments);
    AddressPart part = match.addressPart();
    Matching matching = match.matching();
    List<Text> fields = Constants.envelopeParts(arguments.texts("list of envelope parts", false));
    return new Condition.Envelope(arguments.at(), part, fields, keys(arguments, matching));
  }

  private static Condition exists(Arguments arguments) {
    return new Condition.Exists(arguments.at(), arguments.texts("list of headers", true));
  }

  private Condition header(Arguments arguments) {
    MatchArguments match = new MatchArguments(scope, arguments);
    Occurrence occurrence = match.occurrence();
    Matching matching = match.matching();
    List<Text> headers = arguments.texts("list of headers", false);
    return new Condition.Header(arguments.at(), occurrence, headers, keys(arguments, matching));
  }

  private static Condition size(Arguments arguments) {
    OptionalLong over = arguments.number("over");
    OptionalLong under = arguments.number("under");
    arguments.end();
    if (over.isPresent() == under.isPresent()) {
      throw new ScriptException(arguments.at(), "'size' takes either ':over' or ':under'");
    }
    return new Condition.Size(over.isPresent(), over.orElseGet(under::getAsLong));
  }

  private Condition body(Arguments arguments) {
    scope.need(Extension.BODY, arguments.at(), "'body'");
    Matching matching = new MatchArguments(scope, arguments).matching();
    Optional<List<Text>> content = arguments.texts("content");
    Optional<String> other = arguments.oneOf("raw", "text");
    if (content.isPresent() && other.isPresent()) {
      throw new ScriptException(
          arguments.at(), "':content' cannot stand beside ':" + other.get() + "'");
    }
    Condition.Transform transform =
        content
            .<Condition.Transform>map(Condition.Transform.Content::new)
            .orElseGet(() ->
                other.equals(Optional.of("raw"))
                    ? new Condition.Transform.Raw()
                    : new Condition.Transform.Readable());
    return new Condition.Body(arguments.at(), transform, keys(arguments, matching));
  }

  /** RFC 5232 section 4. */
  private Condition hasFlag(Arguments arguments) {
    scope.need(Extension.IMAP4FLAGS, arguments.at(), "'hasflag'");
    Matching matching = new MatchArguments(scope, arguments).matching();
    List<String> variables = List.of();
    if (arguments.count() > 1) {
      List<Text> named = arguments.texts("list of variables", false);
      scope.need(Extension.VARIABLES, named.getFirst().at(), "a list of variables");
      variables = named.stream().map(Constants::variable).toList();
    }
    List<Text> flags = arguments.texts("list of flags", true);
    return new Condition.HasFlag(
        arguments.at(), variables, MatchArguments.withKeys(matching, flags));
  }

  private Condition string(Arguments arguments) {
    scope.need(Extension.VARIABLES, arguments.at(), "'string'");
    Matching matching = new MatchArguments(scope, arguments).matching();
    List<Text> sources = arguments.texts("list of sources", false);
    return new Condition.Strings(arguments.at(), sources, keys(arguments, matching));
  }

  /** RFC 5260 sections 4 and 5. */
  private Condition date(Arguments arguments, boolean ofHeader) {
    scope.need(Extension.DATE, arguments.at(), ofHeader ? "'date'" : "'currentdate'");
    MatchArguments match = new MatchArguments(scope, arguments);
    Occurrence given = ofHeader ? match.occurrence() : Occurrence.ALL;
    // RFC 5260 section 4: where there are several, only the first is used
    Occurrence occurrence = given.equals(Occurrence.ALL) ? Occurrence.FIRST : given;
    Condition.Zone zone = zone(arguments, ofHeader);
    Matching matching = match.matching();
    Optional<Text> header =
        ofHeader ? Optional.of(arguments.text("header", false)) : Optional.empty();
    Text named = arguments.text("date part", false);
    String name = Constants.known(named, "a date part");
    DatePart part =
        DatePart.of(name)
            .orElseThrow(
                () -> new ScriptException(named.at(), "unknown date part \"" + name + "\""));
    return new Condition.Date(
        arguments.at(), header, occurrence, zone, part, keys(arguments, matching));
  }

  private static Condition.Zone zone(Arguments arguments, boolean ofHeader) {
    Optional<Text> given = arguments.text("zone");
    boolean original = ofHeader && arguments.flag("originalzone");
    if (given.isPresent() && original) {
      throw new ScriptException(arguments.at(), "':zone' cannot stand beside ':originalzone'");
    }
    if (given.isEmpty()) {
      return original ? new Condition.Zone.Original() : new Condition.Zone.Ours();
    }
    given
        .get()
        .constant()
        .filter(constant -> MailDate.offset(constant).isEmpty())
        .ifPresent(constant -> {
          throw new ScriptException(
              given.get().at(), "a zone is written as \"+hhmm\" or \"-hhmm\"");
        });
    return new Condition.Zone.Given(given.get());
  }

  private Condition mailboxExists(Arguments arguments) {
    scope.need(Extension.MAILBOX, arguments.at(), "'mailboxexists'");
    return new Condition.MailboxExists(arguments.at(), arguments.texts("list of mailboxes", true));
  }

  private Condition environment(Arguments arguments) {
    scope.need(Extension.ENVIRONMENT, arguments.at(), "'environment'");
    Matching matching = new MatchArguments(scope, arguments).matching();
    Text item = arguments.text("name of an item", false);
    return new Condition.Environment(arguments.at(), item, keys(arguments, matching));
  }

  private Condition duplicate(Arguments arguments) {
    scope.need(Extension.DUPLICATE, arguments.at(), "'duplicate'");
    Optional<Text> handle = arguments.text("handle");
    Optional<Text> header = arguments.text("header");
    Optional<Text> unique = arguments.text("uniqueid");
    OptionalLong seconds = arguments.number("seconds");
    boolean last = arguments.flag("last");
    arguments.end();
    if (header.isPresent() && unique.isPresent()) { // RFC 7352 section 3.1
      throw new ScriptException(arguments.at(), "':header' cannot stand beside ':uniqueid'");
    }
    Condition.Tracked tracked =
        unique
            .<Condition.Tracked>map(Condition.Tracked.Value::new)
            .orElseGet(() ->
                new Condition.Tracked.Field(
                    header.orElseGet(() -> literal("Message-ID", arguments))));
    return new Condition.Duplicate(
        arguments.at(), tracked, handle.orElseGet(() -> literal("", arguments)), seconds, last);
  }

  private static Text literal(String value, Arguments arguments) {
    return new Text(arguments.at(), List.of(new Text.Piece.Literal(value)));
  }

  /** RFC 5463 section 4: what is there counts as required from here on. */
  private Condition ihave(Arguments arguments) {
    scope.need(Extension.IHAVE, arguments.at(), "'ihave'");
    List<Text> capabilities = arguments.texts("list of capabilities", true);
    boolean all = true;
    for (Text capability : capabilities) {
      all &= scope.enableLate(Constants.known(capability, "a capability"));
    }
    if (!all) {
      scope.deferErrors();
    }
    return new Condition.Constant(all);
  }

  private static Matching keys(Arguments arguments, Matching matching) {
    return MatchArguments.withKeys(matching, arguments.texts("list of keys", true));
  }

  /** Whether there is a test of this name. */
  static boolean isTest(String name) {
    return NAMES.contains(name);
  }
}

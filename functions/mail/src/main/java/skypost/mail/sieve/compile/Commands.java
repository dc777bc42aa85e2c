package skypost.mail.sieve.compile;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import skypost.mail.sieve.grammar.Node;
import skypost.mail.sieve.grammar.Position;
import skypost.mail.sieve.grammar.ScriptException;
import skypost.mail.sieve.script.Extension;
import skypost.mail.sieve.script.Instruction;
import skypost.mail.sieve.script.Matching;
import skypost.mail.sieve.script.Modifier;
import skypost.mail.sieve.script.Occurrence;
import skypost.mail.sieve.script.Text;

/** Understands the commands that hold no others. */
final class Commands {
  private static final Set<String> NAMES =
      Set.of(
          "require",
          "if",
          "elsif",
          "else",
          "stop",
          "keep",
          "discard",
          "redirect",
          "fileinto",
          "reject",
          "ereject",
          "set",
          "setflag",
          "addflag",
          "removeflag",
          "vacation",
          "addheader",
          "deleteheader",
          "error");

  private static final long DAY = 24 * 60 * 60; // seconds

  private final Scope scope;
  private final TextReader texts;

  Commands(Scope scope, TextReader texts) {
    this.scope = scope;
    this.texts = texts;
  }

  /** Whether there is a command of this name. */
  static boolean isCommand(String name) {
    return NAMES.contains(name);
  }

  Instruction compile(Node node) {
    Arguments arguments = new Arguments(node, texts);
    if (isCommand(node.name())) {
      checkShape(node);
    }
    return switch (node.name()) {
      case "stop" -> stop(arguments);
      case "keep" -> keep(arguments);
      case "discard" -> discard(arguments);
      case "redirect" -> redirect(arguments);
      case "fileinto" -> fileInto(arguments);
      case "reject" -> reject(arguments, Extension.REJECT);
      case "ereject" -> reject(arguments, Extension.EREJECT);
      case "set" -> set(arguments);
      case "setflag" -> flags(arguments, Instruction.FlagChange.SET);
      case "addflag" -> flags(arguments, Instruction.FlagChange.ADD);
      case "removeflag" -> flags(arguments, Instruction.FlagChange.REMOVE);
      case "vacation" -> vacation(arguments);
      case "addheader" -> addHeader(arguments);
      case "deleteheader" -> deleteHeader(arguments);
      case "error" -> error(arguments);
      default ->
          throw new ScriptException(
              node.at(),
              Conditions.isTest(node.name())
                  ? "'" + node.name() + "' is a test, not a command"
                  : "unknown command '" + node.name() + "'");
    };
  }

  private static void checkShape(Node node) {
    if (!node.tests().isEmpty()) {
      Node test = node.tests().getFirst();
      throw new ScriptException(test.at(), "'" + node.name() + "' takes no tests");
    }
    if (node.block().isPresent()) {
      throw new ScriptException(node.at(), "'" + node.name() + "' takes no block");
    }
  }

  private static Instruction stop(Arguments arguments) {
    arguments.end();
    return new Instruction.Stop(arguments.at());
  }

  private static Instruction discard(Arguments arguments) {
    arguments.end();
    return new Instruction.Discard(arguments.at());
  }

  private Instruction keep(Arguments arguments) {
    Optional<List<Text>> flags = flagsTag(arguments);
    arguments.end();
    return new Instruction.Keep(arguments.at(), flags);
  }

  private Instruction redirect(Arguments arguments) {
    boolean copy = tag(arguments, "copy", Extension.COPY);
    Text address = Constants.address(arguments.text("address", true));
    return new Instruction.Redirect(arguments.at(), address, copy);
  }

  private Instruction fileInto(Arguments arguments) {
    scope.need(Extension.FILEINTO, arguments.at(), "'fileinto'");
    boolean copy = tag(arguments, "copy", Extension.COPY);
    boolean create = tag(arguments, "create", Extension.MAILBOX);
    Optional<List<Text>> flags = flagsTag(arguments);
    Text mailbox = Constants.mailbox(arguments.text("mailbox", true));
    return new Instruction.FileInto(arguments.at(), mailbox, copy, create, flags);
  }

  private Instruction reject(Arguments arguments, Extension extension) {
    scope.need(extension, arguments.at(), "'" + extension.capability() + "'");
    Text reason = arguments.text("reason", true);
    return new Instruction.Reject(arguments.at(), reason, extension == Extension.EREJECT);
  }

  private Optional<List<Text>> flagsTag(Arguments arguments) {
    arguments.find("flags").ifPresent(at -> scope.need(Extension.IMAP4FLAGS, at, "':flags'"));
    return arguments.texts("flags");
  }

  private boolean tag(Arguments arguments, String tag, Extension extension) {
    arguments.find(tag).ifPresent(at -> scope.need(extension, at, "':" + tag + "'"));
    return arguments.flag(tag);
  }

  /** RFC 5229 section 4. */
  private Instruction set(Arguments arguments) {
    scope.need(Extension.VARIABLES, arguments.at(), "'set'");
    var modifiers = new TreeMap<Integer, Modifier>(Comparator.reverseOrder());
    for (Modifier modifier : Modifier.values()) {
      String tag = modifier.name().toLowerCase(Locale.ROOT);
      Optional<Position> at = arguments.find(tag);
      if (at.isPresent()) {
        if (modifier == Modifier.QUOTEREGEX) {
          scope.need(Extension.REGEX, at.get(), "':quoteregex'");
        }
        arguments.flag(tag);
        // RFC 5229 section 4.1: two of the same precedence are an error
        if (modifiers.put(modifier.precedence(), modifier) != null) {
          throw new ScriptException(at.get(), "':" + tag + "' cannot stand beside its like");
        }
      }
    }
    String name = Constants.variable(arguments.text("name", false));
    Text value = arguments.text("value", true);
    return new Instruction.SetVariable(
        arguments.at(), name, List.copyOf(modifiers.values()), value);
  }

  /** RFC 5232 section 3. */
  private Instruction flags(Arguments arguments, Instruction.FlagChange change) {
    scope.need(Extension.IMAP4FLAGS, arguments.at(), "a change of flags");
    Optional<String> variable = Optional.empty();
    if (arguments.count() > 1) {
      Text name = arguments.text("name of a variable", false);
      scope.need(Extension.VARIABLES, name.at(), "a variable");
      variable = Optional.of(Constants.variable(name));
    }
    List<Text> flags = arguments.texts("list of flags", true);
    return new Instruction.ChangeFlags(arguments.at(), change, variable, flags);
  }

  /** RFC 5230 section 4, RFC 6131. */
  private Instruction vacation(Arguments arguments) {
    scope.need(Extension.VACATION, arguments.at(), "'vacation'");
    arguments
        .find("seconds")
        .ifPresent(at -> scope.need(Extension.VACATION_SECONDS, at, "':seconds'"));
    OptionalLong days = arguments.number("days");
    OptionalLong seconds = arguments.number("seconds");
    if (days.isPresent() && seconds.isPresent()) {
      throw new ScriptException(arguments.at(), "':days' cannot stand beside ':seconds'");
    }
    OptionalLong period = seconds;
    if (days.isPresent()) {
      period = OptionalLong.of(Math.clamp(days.getAsLong(), 1, 10_000) * DAY);
    }
    Optional<Text> subject = arguments.text("subject");
    Optional<Text> from = arguments.text("from").map(Constants::mailboxList);
    List<Text> addresses = arguments.texts("addresses").orElse(List.of());
    addresses.forEach(Constants::address);
    boolean mime = arguments.flag("mime");
    Optional<Text> handle = arguments.text("handle");
    Text reason = arguments.text("reason", true);
    return new Instruction.Vacation(
        arguments.at(), period, subject, from, addresses, mime, handle, reason);
  }

  private Instruction addHeader(Arguments arguments) {
    scope.need(Extension.EDITHEADER, arguments.at(), "'addheader'");
    boolean last = arguments.flag("last");
    Text name = Constants.fieldName(arguments.text("name of a header", false));
    Text value = Constants.fieldValue(arguments.text("value", true));
    return new Instruction.AddHeader(arguments.at(), last, name, value);
  }

  /** RFC 5293 section 5; {@code :index} is its own, without a require of index. */
  private Instruction deleteHeader(Arguments arguments) {
    scope.need(Extension.EDITHEADER, arguments.at(), "'deleteheader'");
    MatchArguments match = new MatchArguments(scope, arguments);
    Occurrence occurrence = match.ownOccurrence();
    Matching matching = match.matching();
    Text name = Constants.fieldName(arguments.text("name of a header", false));
    List<Text> patterns =
        arguments.count() > 0 ? arguments.texts("list of values", true) : List.of();
    return new Instruction.DeleteHeader(
        arguments.at(), occurrence, name, MatchArguments.withKeys(matching, patterns));
  }

  private Instruction error(Arguments arguments) {
    scope.need(Extension.IHAVE, arguments.at(), "'error'");
    return new Instruction.Fail(arguments.at(), arguments.text("message", true));
  }
}

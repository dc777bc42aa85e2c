package skypost.mail.sieve.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import skypost.mail.message.Flags;
import skypost.mail.sieve.message.BodyPart;
import skypost.mail.sieve.message.HeaderField;
import skypost.mail.sieve.message.MailAddress;
import skypost.mail.sieve.message.MailDate;
import skypost.mail.sieve.message.MessageView;
import skypost.mail.sieve.script.AddressPart;
import skypost.mail.sieve.script.Condition;
import skypost.mail.sieve.script.Matching;
import skypost.mail.sieve.script.Matching.Type;
import skypost.mail.sieve.script.Occurrence;
import skypost.mail.sieve.script.Text;
import skypost.protocol.address.EmailAddress;

/** Tells whether conditions hold. */
final class Tests {
  private final State state;
  private final MessageView view;
  private final Situation situation;
  private final Ledger ledger;
  private final Matches matches;

  Tests(State state, MessageView view, Situation situation, Ledger ledger) {
    this.state = state;
    this.view = view;
    this.situation = situation;
    this.ledger = ledger;
    this.matches = new Matches(state);
  }

  Matches matches() {
    return matches;
  }

  boolean holds(Condition condition) {
    state.budget().spend(1);
    return switch (condition) {
      case Condition.AllOf(List<Condition> all) -> all.stream().allMatch(this::holds);
      case Condition.AnyOf(List<Condition> any) -> any.stream().anyMatch(this::holds);
      case Condition.Not(Condition of) -> !holds(of);
      case Condition.Constant(boolean value) -> value;
      case Condition.Size(boolean over, long octets) ->
          over ? view.size() > octets : view.size() < octets;
      case Condition.Address test -> address(test);
      case Condition.Envelope test -> envelope(test);
      case Condition.Exists test ->
          state.expand(test.headers()).stream().allMatch(view.header()::has);
      case Condition.Header test -> header(test);
      case Condition.Body test -> body(test);
      case Condition.HasFlag test -> hasFlag(test);
      case Condition.Strings test -> strings(test);
      case Condition.Date test -> date(test);
      case Condition.MailboxExists test ->
          state.expand(test.names()).stream().allMatch(ledger::hasMailbox);
      case Condition.Environment test -> environment(test);
      case Condition.Duplicate test -> duplicate(test);
    };
  }

  private boolean address(Condition.Address test) {
    List<String> values =
        fields(test.headers(), test.occurrence()).stream()
            .flatMap(field -> field.addresses().stream())
            .flatMap(address -> Addresses.part(address, test.part()).stream())
            .toList();
    return matches.any(test.at(), test.matching(), values);
  }

  /** RFC 5260 section 6: the fields of all names are counted, in the order of the names. */
  private List<HeaderField> fields(List<Text> names, Occurrence occurrence) {
    return occurrence.of(
        state.expand(names).stream().flatMap(name -> view.header().all(name).stream()).toList());
  }

  /** RFC 5228 section 5.4: a null reverse-path is an empty string, whatever part is asked for. */
  private boolean envelope(Condition.Envelope test) {
    List<String> values = new ArrayList<>();
    for (String field : state.expand(test.fields())) {
      switch (field.toLowerCase(Locale.ROOT)) {
        case "from" ->
            values.addAll(
                situation.sender().map(sender -> parts(sender, test.part())).orElse(List.of("")));
        case "to" -> situation.recipient().ifPresent(to -> values.addAll(parts(to, test.part())));
        default -> {} // a name that only the run made
      }
    }
    return matches.any(test.at(), test.matching(), values);
  }

  private static List<String> parts(EmailAddress address, AddressPart part) {
    return Addresses.part(new MailAddress(address.local(), address.domain()), part).stream()
        .toList();
  }

  private boolean header(Condition.Header test) {
    List<String> values =
        fields(test.headers(), test.occurrence()).stream().map(HeaderField::text).toList();
    return matches.any(test.at(), test.matching(), values);
  }

  private boolean body(Condition.Body test) {
    List<String> values =
        switch (test.transform()) {
          case Condition.Transform.Raw() -> view.rawBody().stream().toList();
          case Condition.Transform.Content(List<Text> types) -> content(state.expand(types));
          case Condition.Transform.Readable() -> view.readable();
        };
    return matches.anySilently(test.at(), test.matching(), values);
  }

  private List<String> content(List<String> types) {
    return view.parts().stream()
        .filter(part -> types.stream().anyMatch(part::isOf))
        .map(BodyPart::text)
        .toList();
  }

  /** RFC 5232 section 4: several flags may stand in one key, as in one string of a variable. */
  private boolean hasFlag(Condition.HasFlag test) {
    List<String> flags = test.variables().isEmpty() ? state.flags() : state.flags(test.variables());
    Matching matching = test.matching();
    return switch (matching.type()) {
      case Type.Is(), Type.Contains(), Type.Matches() ->
          matches.anyKey(test.at(), matching, flags, Flags.split(state.expand(matching.keys())));
      case Type.Regular(), Type.Value(var _) -> matches.any(test.at(), matching, flags);
      case Type.Count(var _) -> matches.any(test.at(), matching, flags, count(test.variables()));
    };
  }

  /** RFC 5232 section 4: the sum of the counts of all variables. */
  private int count(List<String> variables) {
    return variables.isEmpty()
        ? state.flags().size()
        : variables.stream().mapToInt(name -> state.flags(List.of(name)).size()).sum();
  }

  /** RFC 5229 section 5: only strings that are not empty count. */
  private boolean strings(Condition.Strings test) {
    List<String> values = state.expand(test.sources());
    int count = (int) values.stream().filter(value -> !value.isEmpty()).count();
    return matches.any(test.at(), test.matching(), values, count);
  }

  private boolean date(Condition.Date test) {
    List<OffsetDateTime> dates = new ArrayList<>();
    if (test.header().isEmpty()) {
      dates.add(situation.now().atOffset(ZoneOffset.UTC));
    } else {
      fields(List.of(test.header().get()), test.occurrence())
          .forEach(field -> MailDate.parse(field.text()).ifPresent(dates::add));
    }
    List<String> values =
        dates.stream().map(date -> Dates.part(inZone(date, test.zone()), test.part())).toList();
    return matches.any(test.at(), test.matching(), values);
  }

  private OffsetDateTime inZone(OffsetDateTime date, Condition.Zone zone) {
    return switch (zone) {
      case Condition.Zone.Original() -> date;
      case Condition.Zone.Ours() -> date.withOffsetSameInstant(ZoneOffset.UTC);
      case Condition.Zone.Given(Text offset) ->
          date.withOffsetSameInstant(
              MailDate.offset(state.expand(offset))
                  .orElseThrow(() ->
                      new RunException(
                          offset.at(), "a zone is written as \"+hhmm\" or \"-hhmm\"")));
    };
  }

  /** RFC 5183 section 4: an item that is not known matches nothing. */
  private boolean environment(Condition.Environment test) {
    String item = state.expand(test.item()).toLowerCase(Locale.ROOT);
    Optional<String> value = Optional.ofNullable(situation.host().environment().get(item));
    int count = value.orElse("").isEmpty() ? 0 : 1; // RFC 5183 section 4: what is empty counts not
    return value.isPresent()
        && matches.any(test.at(), test.matching(), List.of(value.get()), count);
  }

  /** RFC 7352 section 3. */
  private boolean duplicate(Condition.Duplicate test) {
    long seconds =
        Math.min(
            test.seconds().orElse(Limits.DUPLICATE_USUAL.toSeconds()),
            Limits.DUPLICATE_LONGEST.toSeconds());
    Optional<String> unique =
        switch (test.tracked()) {
          case Condition.Tracked.Field(Text header) -> view.header().text(state.expand(header));
          case Condition.Tracked.Value(Text value) -> Optional.of(state.expand(value));
        };
    if (unique.isEmpty() || seconds == 0) {
      return false;
    }
    String key = Digest.of("duplicate", state.expand(test.handle()), unique.get());
    try {
      boolean seen = ledger.remembers(key);
      if (!seen || test.last()) {
        ledger.mark(new Memory.Mark(key, situation.now().plusSeconds(seconds)));
      }
      return seen;
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }
}

package skypost.mail.filter;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.filter.FilterPlan.Made;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.message.IncomingMessages;
import skypost.mail.sieve.compile.ScriptCompiler;
import skypost.mail.sieve.compile.ScriptCompiler.Compiled;
import skypost.mail.sieve.grammar.ScriptError;
import skypost.mail.sieve.run.FilterMemories;
import skypost.mail.sieve.run.Memory;
import skypost.mail.sieve.run.RunResult;
import skypost.mail.sieve.run.SieveRun;
import skypost.mail.sieve.run.Situation;
import skypost.mail.sieve.script.Script;
import skypost.mail.trace.Traces;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;

/**
 * Runs the filter of a user over a message that comes in, and stores the messages that the filter
 * makes: they come in like any other. May be repeated: the same message is made again under the
 * same id.
 */
public final class ApplyFilter {
  private static final int MAX_COMPILED = 1000;
  private static final Duration TOLD = Duration.ofDays(30);

  private final Ports ports;
  private final String hostname;
  private final Clock clock;
  private final Map<Compilation, Optional<Script>> compiled =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Compilation, Optional<Script>> eldest) {
              return size() > MAX_COMPILED;
            }
          });

  /** What it works on. */
  public record Ports(
      Filters filters,
      FilterMemories memories,
      IncomingMessages incoming,
      Mailboxes mailboxes,
      Traces traces) {}

  private record Compilation(EmailAddress user, String version) {}

  /**
   * @param hostname our own name
   */
  public ApplyFilter(Ports ports, String hostname, Clock clock) {
    this.ports = ports;
    this.hostname = hostname;
    this.clock = clock;
  }

  /**
   * Runs a user's filter, and stores what it makes.
   *
   * @param version of the filter, as the account names it
   * @return what is to be done with the message itself
   * @throws IOException when the outcome is not known: the message must come again
   */
  public FilterPlan apply(FilteredMail mail, String version) throws IOException {
    EmailAddress user = mail.user();
    Optional<Script> script = script(user, version);
    if (script.isEmpty()) {
      return FilterPlan.none(mail);
    }
    Instant now = clock.instant();
    Memory memory = ports.memories().of(user, now);
    RunResult result = SieveRun.run(script.get(), situation(mail, now), memory);
    FilterPlan plan = FilterPlan.of(result, mail);
    if (result.error().isPresent()) {
      plan = withNotice(plan, mail, version, result.error().get(), memory);
    }
    for (Made made : plan.made()) {
      store(made);
    }
    log(mail, plan, result.error());
    return plan;
  }

  /** Keeps what the run wants remembered; when everything else has been done. */
  public void remember(FilteredMail mail, FilterPlan plan) throws IOException {
    if (!plan.marks().isEmpty()) {
      ports.memories().remember(mail.user(), plan.marks(), mail.id().toString());
    }
  }

  private Optional<Script> script(EmailAddress user, String version) throws IOException {
    var key = new Compilation(user, version);
    Optional<Script> known = compiled.get(key);
    if (known != null) {
      return known;
    }
    Optional<Filter> filter = ports.filters().find(user);
    if (filter.isEmpty()) {
      return Optional.empty(); // it has been removed this very moment
    }
    Optional<Script> script =
        switch (ScriptCompiler.compile(filter.get().script())) {
          case Compiled.Ready(Script ready) -> Optional.of(ready);
          case Compiled.Refused(List<ScriptError> errors) -> {
            // It was checked when it was saved, so an older version of us took more than we do
            EventLog.error("filter-refused")
                .with("user", user)
                .with("error", errors.getFirst().message())
                .write();
            yield Optional.empty();
          }
        };
    if (filter.get().version().equals(version)) {
      compiled.put(key, script);
    }
    return script;
  }

  private Situation situation(FilteredMail mail, Instant now) throws IOException {
    Set<String> mailboxes = new HashSet<>(Set.of(Mailboxes.INBOX, Mailboxes.JUNK));
    ports
        .mailboxes()
        .status(mail.user())
        .ifPresent(status -> status.folders().forEach(folder -> mailboxes.add(folder.name())));
    return mail.situation(mailboxes, now, hostname);
  }

  /** RFC 5228 section 2.10.6: the user is told that a script fails; once, not of each message. */
  private FilterPlan withNotice(
      FilterPlan plan, FilteredMail mail, String version, ScriptError error, Memory memory)
      throws IOException {
    String key = "failed " + version;
    if (memory.remembers(key, mail.id().toString())) {
      return plan;
    }
    List<Made> made = new ArrayList<>(plan.made());
    made.add(FailureNotice.of(mail, version, error, hostname));
    return new FilterPlan(
        plan.filing(),
        made,
        plan.outcome(),
        List.of(new Memory.Mark(key, clock.instant().plus(TOLD))));
  }

  /**
   * One that was made by an earlier run, and has been dealt with, is not made again: its body may
   * be gone, and nobody would free another.
   */
  private void store(Made made) throws IOException {
    if (ports.traces().receipt(made.id()).isPresent()) {
      return;
    }
    try (IncomingMessages.Draft draft = ports.incoming().begin(made.id(), made.envelope());
        InputStream content = made.content().open()) {
      content.transferTo(draft);
      draft.commit();
    }
  }

  private static void log(FilteredMail mail, FilterPlan plan, Optional<ScriptError> error) {
    EventLog line =
        EventLog.info("filter")
            .with("id", mail.id())
            .with("user", mail.user())
            .with("did", plan.outcome().word());
    for (Made made : plan.made()) {
      line.with(made.how().word(), made.id());
    }
    error.ifPresent(
        wrong -> line.with("error", "line " + wrong.at().line() + ": " + wrong.message()));
    line.write();
  }
}

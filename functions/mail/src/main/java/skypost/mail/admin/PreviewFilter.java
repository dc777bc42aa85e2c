package skypost.mail.admin;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import skypost.mail.directory.Page;
import skypost.mail.filter.FilteredMail;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.FolderStatus;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.mail.message.MessageId;
import skypost.mail.message.SenderResults;
import skypost.mail.message.StoredMessages;
import skypost.mail.message.StoredMessages.StoredMessage;
import skypost.mail.message.StoredSource;
import skypost.mail.sieve.run.Memory;
import skypost.mail.sieve.run.RunResult;
import skypost.mail.sieve.run.SieveRun;
import skypost.mail.sieve.script.Script;
import skypost.protocol.address.EmailAddress;

/**
 * Runs a draft of a filter over messages that a user has, and says what it would have done to each.
 * Nothing is done: no message moves, nobody is written to, nothing is remembered.
 */
public final class PreviewFilter {
  /** API Gateway waits no longer than 30 s; the rest is another request. */
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private final Mailboxes mailboxes;
  private final StoredMessages messages;
  private final String hostname;
  private final Clock clock;

  /**
   * @param hostname our own name
   */
  public PreviewFilter(Mailboxes mailboxes, StoredMessages messages, String hostname, Clock clock) {
    this.mailboxes = mailboxes;
    this.messages = messages;
    this.hostname = hostname;
    this.clock = clock;
  }

  /**
   * One message.
   *
   * @param folder where it lies
   * @param result what the draft does to it
   */
  public record Previewed(String folder, MailboxMessage message, RunResult result) {}

  private record Lying(String folder, MailboxMessage message) {}

  /**
   * Previews a draft, from the oldest message on.
   *
   * @param days how far back the messages go
   * @param next the id of the last message of the page before
   */
  public Outcome<Page<Previewed>> preview(
      EmailAddress user, String draft, int days, int limit, Optional<String> next)
      throws IOException {
    Script script;
    switch (ManageFilters.compile(draft)) {
      case Outcome.Invalid<Script>(String field, String why) -> {
        return new Outcome.Invalid<>(field, why);
      }
      case Outcome.Done<Script>(Script ready) -> script = ready;
      case Outcome<Script> impossible -> throw new IllegalStateException(impossible.toString());
    }
    Instant started = clock.instant();
    Optional<MailboxStatus> status = mailboxes.status(user);
    if (status.isEmpty()) {
      return new Outcome.Missing<>("user " + user);
    }
    Set<String> folders = new HashSet<>(Set.of(Mailboxes.INBOX, Mailboxes.JUNK));
    status.get().folders().stream().map(FolderStatus::name).forEach(folders::add);
    List<Previewed> page = new ArrayList<>();
    Optional<MessageId> last = Optional.empty();
    for (Lying each : since(user, folders, started.minus(Duration.ofDays(days)), next)) {
      boolean late = clock.instant().isAfter(started.plus(LONGEST));
      if (page.size() == limit || (late && last.isPresent())) {
        return new Outcome.Done<>(new Page<>(page, last.map(MessageId::value)));
      }
      run(user, each, script, folders).ifPresent(page::add);
      last = Optional.of(each.message().id());
    }
    return new Outcome.Done<>(new Page<>(page, Optional.empty()));
  }

  private List<Lying> since(
      EmailAddress user, Set<String> folders, Instant from, Optional<String> next)
      throws IOException {
    List<Lying> found = new ArrayList<>();
    for (String folder : folders) {
      mailboxes
          .open(user, folder)
          .ifPresent(snapshot ->
              snapshot.messages().stream()
                  .filter(message -> !message.id().acceptedAt().isBefore(from))
                  .filter(
                      message -> next.isEmpty() || message.id().value().compareTo(next.get()) > 0)
                  .forEach(message -> found.add(new Lying(folder, message))));
    }
    found.sort(Comparator.comparing(each -> each.message().id()));
    return found;
  }

  /** Empty for a message that has been removed this very moment. */
  private Optional<Previewed> run(
      EmailAddress user, Lying lying, Script script, Set<String> folders) throws IOException {
    MessageId id = lying.message().id();
    Optional<StoredMessage> stored = messages.open(id);
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    try (StoredMessage message = stored.get()) {
      var source = StoredSource.of(messages, id, message);
      var results = SenderResults.unpack(lying.message().results(), message.envelope());
      var mail =
          new FilteredMail(
              id,
              message.envelope(),
              results.render(source),
              user,
              user,
              lying.folder().equals(Mailboxes.JUNK),
              to -> message.envelope().sender());
      // as it was when the message came: a script may ask for the date
      RunResult result =
          SieveRun.run(script, mail.situation(folders, id.acceptedAt(), hostname), Memory.EMPTY);
      return Optional.of(new Previewed(lying.folder(), lying.message(), result));
    }
  }
}

package skypost.mail.admin;

import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;
import skypost.mail.archive.ArchiveFormat;
import skypost.mail.archive.FolderNames;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.FolderStatus;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.mail.transfer.Export;
import skypost.mail.transfer.Export.Range;
import skypost.mail.transfer.ExportObjects;
import skypost.mail.transfer.Import;
import skypost.mail.transfer.ImportObjects;
import skypost.mail.transfer.Transfer.State;
import skypost.mail.transfer.TransferId;
import skypost.mail.transfer.TransferKey;
import skypost.mail.transfer.Transfers;
import skypost.protocol.address.EmailAddress;

/** Begins, shows and ends exports and imports. */
public final class ManageTransfers {
  /** How long a URL is good for: a request that has begun by then goes on. */
  public static final Duration URL_VALIDITY = Duration.ofHours(1);

  /** What it works on. */
  public record Ports(
      Transfers transfers, ExportObjects exports, ImportObjects imports, Mailboxes mailboxes) {}

  /**
   * A URL.
   *
   * @param expires when it is good for nothing
   */
  public record Link(URI url, Instant expires) {}

  private final Ports ports;
  private final Clock clock;
  private final RandomGenerator random;

  /**
   * @param random for ids
   */
  public ManageTransfers(Ports ports, Clock clock, RandomGenerator random) {
    this.ports = ports;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Begins an export of what lies in a mailbox now.
   *
   * @param folders which; none means all
   */
  public Outcome<Export> export(EmailAddress user, ArchiveFormat format, Set<String> folders)
      throws IOException {
    Optional<MailboxStatus> status = ports.mailboxes().status(user);
    if (status.isEmpty()) {
      return new Outcome.Missing<>("mailbox of " + user);
    }
    List<FolderStatus> chosen = new ArrayList<>();
    for (String name : folders) {
      Optional<FolderStatus> folder =
          status.get().folders().stream().filter(each -> each.name().equals(name)).findFirst();
      if (folder.isEmpty() && !name.equals(Mailboxes.INBOX)) {
        return new Outcome.Invalid<>("folders", "there is no folder " + name);
      }
      chosen.add(folder.orElse(status.get().folder(name)));
    }
    if (folders.isEmpty()) {
      chosen.addAll(status.get().folders());
      if (status.get().folders().stream().noneMatch(each -> each.name().equals(Mailboxes.INBOX))) {
        chosen.add(status.get().folder(Mailboxes.INBOX));
      }
    }
    Instant now = now();
    Export export =
        Export.begin(
            new TransferKey(user, TransferId.at(now, random)),
            now,
            new Export.Selection(
                format,
                chosen.stream().map(each -> new Range(each.name(), each.uidNext())).toList(),
                chosen.stream().mapToLong(FolderStatus::messages).sum(),
                chosen.stream().mapToLong(FolderStatus::bytes).sum()));
    ports.transfers().begin(export);
    ports.transfers().wake(export.key());
    return new Outcome.Created<>(export);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  public Outcome<Export> findExport(TransferKey key) throws IOException {
    return ports.transfers().find(key).orElse(null) instanceof Export export
        ? new Outcome.Done<>(export)
        : new Outcome.Missing<>("export " + key.id() + " of " + key.user());
  }

  /** Where a finished export can be fetched for a while. */
  public Optional<Link> download(Export export) {
    if (export.status().state() != State.DONE) {
      return Optional.empty();
    }
    String name =
        export.key().user() + "-" + export.key().id() + "." + export.what().format().suffix();
    return Optional.of(
        new Link(
            ports.exports().url(export.key(), name, URL_VALIDITY),
            clock.instant().plus(URL_VALIDITY)));
  }

  /** Ends an export, whether it runs or is done, and removes what it has made. */
  public Outcome<Export> endExport(TransferKey key) throws IOException {
    Outcome<Export> found = findExport(key);
    if (found instanceof Outcome.Done<Export>(Export export)) {
      // First it is forgotten, so that whoever runs it stops; he removes what he makes after that
      ports.transfers().remove(key);
      if (export.progress().upload().isPresent()) {
        ports.exports().abort(key, export.progress().upload().get().id());
      }
      ports.exports().delete(key);
    }
    return found;
  }

  /**
   * Begins an import, whose archive is still to come.
   *
   * @param folder of messages that do not say where they belong
   */
  public Outcome<Import> begin(EmailAddress user, ArchiveFormat format, String folder)
      throws IOException {
    if (!FolderNames.isValid(folder)) {
      return new Outcome.Invalid<>("folder", "not the name of a folder");
    }
    if (ports.mailboxes().status(user).isEmpty()) {
      return new Outcome.Missing<>("mailbox of " + user);
    }
    Instant now = now();
    Import begun =
        Import.begin(new TransferKey(user, TransferId.at(now, random)), now, format, folder);
    ports.transfers().begin(begun);
    return new Outcome.Created<>(begun);
  }

  public Outcome<Import> findImport(TransferKey key) throws IOException {
    return ports.transfers().find(key).orElse(null) instanceof Import found
        ? new Outcome.Done<>(found)
        : new Outcome.Missing<>("import " + key.id() + " of " + key.user());
  }

  /** Where the archive can be put for a while, as long as the import waits for it. */
  public Optional<Link> upload(Import waiting) {
    return waiting.status().state() == State.WAITING
        ? Optional.of(
            new Link(
                ports.imports().url(waiting.key(), URL_VALIDITY),
                clock.instant().plus(URL_VALIDITY)))
        : Optional.empty();
  }

  /** Has the archive read, from its beginning or from where an earlier run has stopped. */
  public Outcome<Import> start(TransferKey key) throws IOException {
    Outcome<Import> outcome = findImport(key);
    if (!(outcome instanceof Outcome.Done<Import>(Import found))) {
      return outcome;
    }
    if (found.status().state() == State.DONE) {
      return new Outcome.Conflict<>("the import is done");
    }
    if (found.status().isRunning()) {
      ports.transfers().wake(key); // the wake before may have been lost
      return outcome;
    }
    OptionalLong size = ports.imports().size(key);
    if (size.isEmpty()) {
      return new Outcome.Conflict<>("nothing has been put to the upload URL yet");
    }
    if (found.progress().read() > 0 && size.getAsLong() != found.source().octets()) {
      return new Outcome.Conflict<>("the archive is another than that of which a part is filed");
    }
    Import started = found.started(size.getAsLong());
    if (!ports.transfers().replace(found, started)) {
      return new Outcome.Conflict<>("somebody else has just started or ended it");
    }
    ports.transfers().wake(key);
    return new Outcome.Done<>(started);
  }

  /** Ends an import and removes its archive. What it has filed stays. */
  public Outcome<Import> endImport(TransferKey key) throws IOException {
    Outcome<Import> found = findImport(key);
    if (found instanceof Outcome.Done<Import>) {
      ports.transfers().remove(key);
      ports.imports().delete(key);
    }
    return found;
  }
}

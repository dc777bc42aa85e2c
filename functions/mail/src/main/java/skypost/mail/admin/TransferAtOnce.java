package skypost.mail.admin;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import skypost.mail.archive.ArchiveFormat;
import skypost.mail.transfer.Export;
import skypost.mail.transfer.Import;
import skypost.mail.transfer.Transfer;
import skypost.mail.transfer.Transfer.State;
import skypost.mail.transfer.TransferKey;
import skypost.protocol.address.EmailAddress;

/**
 * Exports and imports of mailboxes that are small, within one request: begun as all are, and waited
 * for. What takes longer goes on as any other, and what is larger is fetched by its URL.
 */
public final class TransferAtOnce {
  /** Octets that an answer of a function, or a question to it, may carry beside its coat. */
  public static final int MOST = 4 << 20;

  /** How long a request may wait, of the half minute that it has. */
  public static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Duration LOOK = Duration.ofMillis(200);

  private final ManageTransfers transfers;
  private final ManageTransfers.Ports ports;
  private final Pause pause;

  /** Passes time. */
  @FunctionalInterface
  public interface Pause {
    void pass(Duration time) throws InterruptedException, IOException;
  }

  public TransferAtOnce(ManageTransfers transfers, ManageTransfers.Ports ports, Pause pause) {
    this.transfers = transfers;
    this.ports = ports;
    this.pause = pause;
  }

  /**
   * An export as far as it is.
   *
   * @param octets the archive; empty when it is not done yet, or too large: then it has a URL
   */
  public record Exported(Export export, Optional<byte[]> octets) {}

  /** Exports a mailbox whole; an archive that is handed out at once is not kept. */
  public Outcome<Exported> export(EmailAddress user, ArchiveFormat format) throws IOException {
    Outcome<Export> begun = transfers.export(user, format, Set.of());
    if (!(begun instanceof Outcome.Created<Export>(Export export))) {
      return new Outcome.Missing<>("mailbox of " + user);
    }
    Export last = (Export) await(export);
    boolean isSmall =
        last.status().state() == State.DONE && last.progress().counts().octets() <= MOST;
    Optional<byte[]> octets = isSmall ? ports.exports().read(last.key()) : Optional.empty();
    if (octets.isPresent()) {
      transfers.endExport(last.key());
    }
    return new Outcome.Done<>(new Exported(last, octets));
  }

  /**
   * Imports an archive.
   *
   * @param folder of messages that do not say where they belong
   */
  public Outcome<Import> imported(
      EmailAddress user, ArchiveFormat format, String folder, byte[] archive) throws IOException {
    Outcome<Import> begun = transfers.begin(user, format, folder);
    if (!(begun instanceof Outcome.Created<Import>(Import waiting))) {
      return begun;
    }
    TransferKey key = waiting.key();
    ports.imports().put(key, archive);
    Outcome<Import> started = transfers.start(key);
    return started instanceof Outcome.Done<Import>(Import running)
        ? new Outcome.Done<>((Import) await(running))
        : started;
  }

  private Transfer await(Transfer begun) throws IOException {
    Transfer last = begun;
    for (Duration waited = Duration.ZERO;
        last.status().isRunning() && waited.compareTo(PATIENCE) < 0;
        waited = waited.plus(LOOK)) {
      try {
        pause.pass(LOOK);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException(interrupted);
      }
      last = ports.transfers().find(begun.key()).orElse(last);
    }
    return last;
  }
}

package skypost.mail.transfer;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** Carries on whatever it is woken for. */
public final class RunTransfer {
  private final Transfers transfers;
  private final RunExport exports;
  private final RunImport imports;

  public RunTransfer(Transfers transfers, RunExport exports, RunImport imports) {
    this.transfers = transfers;
    this.exports = exports;
    this.imports = imports;
  }

  /**
   * Carries it on. One that is gone, or does not run, is left alone.
   *
   * @param deadline by which it must have handed it on
   * @throws IOException when it must be woken again
   */
  public void run(TransferKey key, Instant deadline) throws IOException {
    Optional<Transfer> found = transfers.find(key);
    if (found.isEmpty() || !found.get().status().isRunning()) {
      return;
    }
    switch (found.get()) {
      case Export export -> exports.run(export, deadline);
      case Import imported -> imports.run(imported, deadline);
    }
  }
}

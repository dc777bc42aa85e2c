package skypost.mail.memory;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import skypost.mail.transfer.Transfer;
import skypost.mail.transfer.TransferKey;
import skypost.mail.transfer.Transfers;

/** {@link Transfers} in memory. Thread safe. */
public final class InMemoryTransfers implements Transfers {
  private final Map<TransferKey, Transfer> transfers = new HashMap<>();
  private final Consumer<TransferKey> wakes;

  /**
   * @param wakes is told each wake; called outside the lock, on the caller's thread
   */
  public InMemoryTransfers(Consumer<TransferKey> wakes) {
    this.wakes = wakes;
  }

  @Override
  public synchronized void begin(Transfer transfer) {
    transfers.put(transfer.key(), transfer);
  }

  @Override
  public synchronized Optional<Transfer> find(TransferKey key) {
    return Optional.ofNullable(transfers.get(key));
  }

  @Override
  public synchronized boolean replace(Transfer seen, Transfer wanted) {
    Transfer present = transfers.get(seen.key());
    if (present == null || present.status().step() != seen.status().step()) {
      return false;
    }
    transfers.put(seen.key(), wanted);
    return true;
  }

  @Override
  public synchronized void remove(TransferKey key) {
    transfers.remove(key);
  }

  @Override
  public void wake(TransferKey key) {
    wakes.accept(key);
  }
}

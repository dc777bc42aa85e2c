package skypost.mail.transfer;

import java.io.IOException;
import java.util.Optional;

/**
 * Exports and imports, kept for some days, and the wakes that carry them on. Every method throws
 * {@link IOException} when the outcome is not known.
 */
public interface Transfers {
  /** Keeps a new one. */
  void begin(Transfer transfer) throws IOException;

  /** Strongly consistent. */
  Optional<Transfer> find(TransferKey key) throws IOException;

  /**
   * Records how far one is.
   *
   * @param seen as it was read; refused when it has changed since, or is gone
   * @return false when it was refused
   */
  boolean replace(Transfer seen, Transfer wanted) throws IOException;

  /** Forgets one; it need not be there. */
  void remove(TransferKey key) throws IOException;

  /** Has it carried on by an invocation of its own. */
  void wake(TransferKey key) throws IOException;
}

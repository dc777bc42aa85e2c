package skypost.mail.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Where archives to be imported are put; they end by themselves after some days. Every method
 * throws {@link IOException} when the outcome is not known.
 */
public interface ImportObjects {
  /** A URL to which anybody may put the archive for a while. */
  URI url(TransferKey key, Duration validity);

  /** Puts a small archive. */
  void put(TransferKey key, byte[] archive) throws IOException;

  /** Octets of what was put; empty when nothing was. */
  OptionalLong size(TransferKey key) throws IOException;

  /**
   * The archive from an octet on, for as long as it takes to read it.
   *
   * @param size what {@link #size} said; reading ends there
   */
  InputStream open(TransferKey key, long from, long size) throws IOException;

  /** Deletes the archive; it need not be there. */
  void delete(TransferKey key) throws IOException;
}

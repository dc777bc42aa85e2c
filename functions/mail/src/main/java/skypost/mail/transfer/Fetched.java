package skypost.mail.transfer;

import java.io.IOException;
import skypost.mail.archive.KeptMessage;

/**
 * A message at hand.
 *
 * @param message what is written
 * @param spool its octets, which are let go of when it is closed
 */
record Fetched(KeptMessage message, Spool spool) implements AutoCloseable {
  @Override
  public void close() throws IOException {
    spool.close();
  }
}

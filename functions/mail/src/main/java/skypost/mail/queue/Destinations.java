package skypost.mail.queue;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import skypost.mail.directory.Page;

/**
 * Destinations in trouble, as all invocations know them. Changes are conditional writes on what the
 * caller has seen. Every method throws {@link IOException} when the outcome is not known.
 */
public interface Destinations {
  /** What was last written of a destination; one of which nothing is known is healthy. */
  Destination find(String domain) throws IOException;

  /**
   * Replaces what is known.
   *
   * @param seen as it was read
   * @param now it is forgotten a day after all that it says is over
   * @return as it is kept now; empty, and nothing changed, when others have changed it since
   */
  Optional<Destination> replace(Destination seen, Destination next, Instant now) throws IOException;

  /** Forgets a destination: it is healthy. False when nothing was known. */
  boolean forget(String domain) throws IOException;

  /** All of which something is known, in the order of their names. */
  Page<Destination> list(int limit, Optional<String> next) throws IOException;
}

package skypost.mail.sieve.run;

import java.io.IOException;
import java.time.Instant;

/** What one user's scripts remember ({@link FilterMemories}), as a run asks for it. */
@FunctionalInterface
public interface Memory {
  /**
   * Whether a key is remembered.
   *
   * @param by the message that is being dealt with: what was remembered by itself, in a run that
   *     did not come to its end, does not count
   * @throws IOException when that cannot be told now
   */
  boolean remembers(String key, String by) throws IOException;

  /** Nothing is remembered. */
  Memory EMPTY = (key, by) -> false;

  /**
   * What is to be remembered when everything else is done.
   *
   * @param key a digest, which tells nothing about people
   * @param until when it is forgotten
   */
  record Mark(String key, Instant until) {}
}

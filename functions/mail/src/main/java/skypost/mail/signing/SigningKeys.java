package skypost.mail.signing;

import java.io.IOException;

/** The signing keys of our domains, private halves sealed. */
public interface SigningKeys {
  /** The keys of a domain as they are now; without pairs where it has none. */
  DomainKeys of(String domain) throws IOException;

  /**
   * Replaces the keys of a domain.
   *
   * @param next follows on what was seen: its version is one higher
   * @return false, and nothing changed, when somebody else was faster
   */
  boolean replace(DomainKeys next) throws IOException;

  /** Forgets a domain's keys, private halves and all. */
  void forget(String domain) throws IOException;
}

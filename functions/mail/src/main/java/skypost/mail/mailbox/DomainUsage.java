package skypost.mail.mailbox;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** What the mailboxes of domains hold together, as it was counted last. */
public interface DomainUsage {
  /** Of which nobody knows anything: no domain is full. */
  DomainUsage UNKNOWN =
      new DomainUsage() {
        @Override
        public Optional<Usage> find(String domain) {
          return Optional.empty();
        }

        @Override
        public boolean replace(String domain, Optional<Usage> seen, Usage next) {
          return false;
        }

        @Override
        public void forget(String domain) {}
      };

  /** The usage of a domain; empty: nobody has counted yet. Strongly consistent. */
  Optional<Usage> find(String domain) throws IOException;

  /**
   * Takes a step of counting down.
   *
   * @param seen what {@link #find} gave
   * @return false when somebody else was quicker
   */
  boolean replace(String domain, Optional<Usage> seen, Usage next) throws IOException;

  /** Forgets what was counted of a domain that is gone. */
  void forget(String domain) throws IOException;

  /**
   * How far counting has come.
   *
   * @param bytes of all mailboxes when they were counted last
   * @param steppedAt when somebody counted some of them, by his clock
   * @param partial of those that have been counted since
   * @param cursor the account after which counting goes on; empty: a new count begins
   */
  record Usage(long bytes, Instant steppedAt, long partial, Optional<String> cursor) {}
}

package skypost.mail.tlspolicy;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * MTA-STS policies that outlive a function: whoever silences DNS between two cold starts must not
 * strip a domain of its policy (RFC 8461 section 10.2).
 */
public interface KeptPolicies {
  /** The policy of a domain, as far as it has not expired. */
  Optional<KeptPolicy> find(String domain, Instant now) throws IOException;

  /** Keeps it until it expires, instead of any before. */
  void keep(String domain, KeptPolicy policy) throws IOException;
}

package skypost.mail.signing;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import skypost.mail.auth.dkim.DkimSignature.Algorithm;

/**
 * Two keys that sign together, one for each algorithm (RFC 8463 section 5).
 *
 * @param id names the pair within its domain; both selectors begin with it
 * @param made when
 * @param state what it is good for now
 * @param halves one for each algorithm, rsa first: whoever knows only that finds it first
 */
public record SigningPair(String id, Instant made, State state, List<Half> halves) {
  /**
   * How long the records of a retired pair stay in the DNS: mail that it signed may lie in a queue
   * for five days, or be checked by a mail program later still.
   */
  public static final Duration KEPT = Duration.ofDays(7);

  public SigningPair {
    halves = List.copyOf(halves);
  }

  /** What a pair is good for. */
  public sealed interface State {
    /** Made, and perhaps not in the DNS yet; it signs nothing. */
    record Pending() implements State {}

    /** Signs. */
    record Active(Instant since) implements State {}

    /** Signs no more; its records still stand for what it has signed. */
    record Retired(Instant at) implements State {
      /** From then on its records may go from the DNS. */
      public Instant keptUntil() {
        return at.plus(KEPT);
      }
    }
  }

  /**
   * One key.
   *
   * @param selector s=, where its record is
   * @param algorithm what it signs with
   * @param publicKey in base64, as the record has it in p=
   * @param sealed the private key (PKCS #8) as the vault sealed it, in base64
   */
  public record Half(String selector, Algorithm algorithm, String publicKey, String sealed) {
    /** The name of its record (RFC 6376 section 3.6.2.1). */
    public String recordName(String domain) {
      return selector + "._domainkey." + domain;
    }

    /** Its record (RFC 6376 section 3.6.1, RFC 8463 section 4). */
    public String record() {
      String type = algorithm == Algorithm.RSA_SHA256 ? "rsa" : "ed25519";
      return "v=DKIM1; k=" + type + "; p=" + publicKey;
    }
  }

  /** The same pair in another state. */
  public SigningPair in(State next) {
    return new SigningPair(id, made, next, halves);
  }

  /** Whether it signs. */
  public boolean isActive() {
    return state instanceof State.Active;
  }
}

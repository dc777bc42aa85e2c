package skypost.mail.authorize;

import java.io.IOException;
import skypost.protocol.address.EmailAddress;

/** Checks bearer tokens (RFC 6750) that somebody else has issued. */
public interface BearerTokens {
  /** Nobody issues tokens: none is right. */
  BearerTokens NONE = token -> new Verdict.Invalid("no issuer");

  /**
   * What a token is worth.
   *
   * @param token as a client sent it
   * @throws IOException when that cannot be told now, because the issuer's keys cannot be had
   */
  Verdict check(String token) throws IOException;

  /** What became of a check. */
  sealed interface Verdict {
    /**
     * One of our issuers has signed it for us, and it is in force.
     *
     * @param user the canonical address that it names; whether there is such a user is not said
     */
    record Valid(EmailAddress user) implements Verdict {}

    /** One of our issuers has signed it for us, and its time is over: nobody is guessing. */
    record Expired() implements Verdict {}

    /**
     * Anything else. Nothing in it is to be believed, and so not the name that it bears either.
     *
     * @param why for the log; nothing of the token
     */
    record Invalid(String why) implements Verdict {}
  }
}

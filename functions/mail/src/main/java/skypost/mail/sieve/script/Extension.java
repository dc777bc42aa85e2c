package skypost.mail.sieve.script;

import java.util.Arrays;
import java.util.Optional;

/** What a script may {@code require} (RFC 5228 section 6.1), by its capability string. */
public enum Extension {
  /** RFC 5228 section 4.1. */
  FILEINTO("fileinto"),
  /** RFC 5228 section 5.4. */
  ENVELOPE("envelope"),
  /** RFC 5228 section 2.4.2.4. */
  ENCODED_CHARACTER("encoded-character"),
  /** RFC 5228 section 2.7.3; always there. */
  OCTET("comparator-i;octet"),
  /** RFC 5228 section 2.7.3; always there. */
  ASCII_CASEMAP("comparator-i;ascii-casemap"),
  /** RFC 4790 section 9.1. */
  ASCII_NUMERIC("comparator-i;ascii-numeric"),
  /** RFC 5429. */
  REJECT("reject"),
  /** RFC 5429. */
  EREJECT("ereject"),
  /** RFC 5173. */
  BODY("body"),
  /** RFC 5232. */
  IMAP4FLAGS("imap4flags"),
  /** RFC 5229. */
  VARIABLES("variables"),
  /** RFC 3894. */
  COPY("copy"),
  /** RFC 5231. */
  RELATIONAL("relational"),
  /** RFC 5233. */
  SUBADDRESS("subaddress"),
  /** RFC 5260. */
  DATE("date"),
  /** RFC 5260 section 6. */
  INDEX("index"),
  /** RFC 5490. */
  MAILBOX("mailbox"),
  /** draft-ietf-sieve-regex. */
  REGEX("regex"),
  /** RFC 5230. */
  VACATION("vacation"),
  /** RFC 6131; brings {@link #VACATION} with it. */
  VACATION_SECONDS("vacation-seconds"),
  /** RFC 5293. */
  EDITHEADER("editheader"),
  /** RFC 7352. */
  DUPLICATE("duplicate"),
  /** RFC 5183. */
  ENVIRONMENT("environment"),
  /** RFC 5463. */
  IHAVE("ihave");

  private final String capability;

  Extension(String capability) {
    this.capability = capability;
  }

  /** The string that a script names it by. */
  public String capability() {
    return capability;
  }

  /** Capability strings are compared octet by octet. */
  public static Optional<Extension> of(String capability) {
    return Arrays.stream(values()).filter(one -> one.capability.equals(capability)).findFirst();
  }
}

package skypost.mail.directory;

import java.util.Optional;

/**
 * A domain that we know.
 *
 * @param name lower-case A-labels
 * @param kind what we are to it
 * @param primary for a relay domain, where its mail goes ({@code host:port}); empty: to its MX
 * @param senderPolicy what to do with mail from outside whose sender is not who it says
 * @param recipientCheck how we know a relay domain's recipients; a local domain's are its accounts
 * @param mailboxes what holds for a local domain's mailboxes
 */
public record Domain(
    String name,
    Kind kind,
    Optional<HostPort> primary,
    SenderPolicy senderPolicy,
    RecipientCheck recipientCheck,
    MailboxRules mailboxes) {
  /** Our part in a domain. */
  public enum Kind {
    /** We hold its mailboxes. */
    LOCAL,
    /** We are a (backup) MX and pass its mail on. */
    RELAY
  }

  /** How recipients of a relay domain are checked before their mail is taken. */
  public enum RecipientCheck {
    /** Not at all: whom the primary does not know, it refuses, and the sender gets a bounce. */
    NONE,
    /** They are in the list that the administrator keeps. */
    LIST,
    /** The primary is asked, and what it says remembered. */
    CALL_AHEAD
  }

  /** A domain whose mailboxes have no limits. */
  public Domain(
      String name,
      Kind kind,
      Optional<HostPort> primary,
      SenderPolicy senderPolicy,
      RecipientCheck recipientCheck) {
    this(name, kind, primary, senderPolicy, recipientCheck, MailboxRules.NONE);
  }

  /** A domain whose recipients are not checked. */
  public Domain(String name, Kind kind, Optional<HostPort> primary, SenderPolicy senderPolicy) {
    this(name, kind, primary, senderPolicy, RecipientCheck.NONE);
  }

  /** The same with other rules for its mailboxes. */
  public Domain with(MailboxRules rules) {
    return new Domain(name, kind, primary, senderPolicy, recipientCheck, rules);
  }

  /** A local domain with default settings. */
  public static Domain local(String name) {
    return new Domain(name, Kind.LOCAL, Optional.empty(), SenderPolicy.DEFAULT);
  }
}

package skypost.mail.forward;

import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/** What an address of a local domain is to {@link ReturnPaths}. */
public sealed interface ReturnPath {
  /** Not a return path at all: an account, or nobody. */
  record None() implements ReturnPath {}

  /** Looks like one, and is not one that we made. */
  record Forged() implements ReturnPath {}

  /** One of ours, and too old. */
  record Expired() implements ReturnPath {}

  /** Mail to it goes to this sender. */
  record ToSender(EmailAddress sender) implements ReturnPath {}

  /** Mail to it goes to the sender of this message, which its receipt knows. */
  record ToSenderOf(MessageId message) implements ReturnPath {}
}

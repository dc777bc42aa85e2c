package skypost.mail.bounce;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/** What became of a recipient, for a report to the sender (RFC 3464 section 2.3). */
public sealed interface Reported permits FailedRecipient, DelayedRecipient, SucceededRecipient {
  /** Where the message should go. */
  EmailAddress address();

  /** ESMTP parameters of its RCPT TO ({@code NOTIFY}, {@code ORCPT}); keys in upper case. */
  Map<String, String> parameters();

  /** The reply that decided. */
  SmtpReply reply();

  /** The host name of the server that said so; empty when the reply is our own. */
  Optional<String> remoteMta();

  /** RFC 3464 section 2.3.3. */
  String action();

  /** Whether the sender wants to hear of it (RFC 3461 section 4.1). */
  boolean wantsNotice();

  /** Whether NOTIFY names this condition. */
  static boolean asks(Map<String, String> parameters, String condition) {
    String notify = parameters.getOrDefault("NOTIFY", "").toUpperCase(Locale.ROOT);
    return (',' + notify + ',').contains(',' + condition + ',');
  }
}

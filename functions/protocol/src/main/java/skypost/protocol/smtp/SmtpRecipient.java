package skypost.protocol.smtp;

import java.util.Map;
import skypost.protocol.address.EmailAddress;

/**
 * What one RCPT said.
 *
 * @param address where to
 * @param parameters keys in upper case, values checked
 */
public record SmtpRecipient(EmailAddress address, Map<String, String> parameters) {
  public SmtpRecipient {
    parameters = Map.copyOf(parameters);
  }
}

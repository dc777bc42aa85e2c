package skypost.protocol.smtp;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/**
 * What MAIL said.
 *
 * @param address empty for the null reverse-path
 * @param parameters keys in upper case, values checked
 */
public record SmtpSender(Optional<EmailAddress> address, Map<String, String> parameters) {
  public SmtpSender {
    parameters = Map.copyOf(parameters);
  }

  /** Octets declared with SIZE (RFC 1870), or 0. */
  public long size() {
    String digits = parameters.getOrDefault("SIZE", "0");
    return digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
  }

  /** Whether the message may hold internationalized headers and addresses (RFC 6531). */
  public boolean utf8() {
    return parameters.containsKey("SMTPUTF8");
  }

  /** Whether the message may only travel under TLS with servers that are verified (RFC 8689). */
  public boolean requireTls() {
    return parameters.containsKey("REQUIRETLS");
  }

  /** Whether the body is free of line rules (RFC 3030 section 3). */
  public boolean binary() {
    return "BINARYMIME".equalsIgnoreCase(parameters.get("BODY"));
  }

  /** What is true of the message when its binary parts are encoded. */
  SmtpSender ofLines() {
    if (!binary()) {
      return this;
    }
    Map<String, String> kept = new HashMap<>(parameters);
    kept.put("BODY", "8BITMIME");
    return new SmtpSender(address, kept);
  }
}

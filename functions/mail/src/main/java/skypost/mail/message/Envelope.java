package skypost.mail.message;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import skypost.protocol.address.EmailAddress;

/**
 * What SMTP said about a message, and how it came in (RFC 5321 section 2.3.1).
 *
 * @param sender the reverse-path; empty for {@code MAIL FROM:<>}, which must never be bounced to
 * @param senderParameters ESMTP parameters of MAIL FROM such as {@code BODY}, {@code SMTPUTF8},
 *     {@code RET}; keys in upper case
 * @param recipients the forward-paths in the order of RCPT, at least one
 * @param origin how it came in
 */
public record Envelope(
    Optional<EmailAddress> sender,
    Map<String, String> senderParameters,
    List<Recipient> recipients,
    Origin origin) {

  private static final String IMPORT = "X-IMPORT";

  public Envelope {
    if (recipients.isEmpty()) {
      throw new IllegalArgumentException("an envelope has a recipient");
    }
    senderParameters = Map.copyOf(senderParameters);
    recipients = List.copyOf(recipients);
  }

  /** With the name of the import that it came by: who has begun that files it, and nobody else. */
  public Envelope importedBy(String name) {
    Map<String, String> parameters = new TreeMap<>(senderParameters);
    parameters.put(IMPORT, name);
    return new Envelope(sender, parameters, recipients, origin);
  }

  /** Whether an import files it. Only we write this: SMTP takes no parameter of that name. */
  public boolean isImported() {
    return senderParameters.containsKey(IMPORT);
  }

  /** The reverse-path in angle brackets as Return-Path shows it (RFC 5321 section 4.4). */
  public String returnPath() {
    return '<' + sender.map(EmailAddress::toString).orElse("") + '>';
  }

  /**
   * One forward-path.
   *
   * @param address where to
   * @param parameters ESMTP parameters of RCPT TO such as {@code NOTIFY}, {@code ORCPT}; keys in
   *     upper case
   */
  public record Recipient(EmailAddress address, Map<String, String> parameters) {
    public Recipient {
      parameters = Map.copyOf(parameters);
    }

    public Recipient(EmailAddress address) {
      this(address, Map.of());
    }
  }

  /**
   * How a message came in.
   *
   * @param receivedAt when the end of data was read
   * @param client the peer's IP address in text, without port; empty for mail that Skypost made
   *     itself
   * @param helo what the peer called itself
   * @param tls protocol and cipher suite, such as {@code TLSv1.3 TLS_AES_128_GCM_SHA256}; empty for
   *     a plain connection
   * @param login the user who logged in, or whose filter wrote it
   * @param by the host name under which we took it; empty where that is not known
   * @param madeFrom the message that a user's filter made this one from: what is to be said of its
   *     sender stands in it already
   */
  public record Origin(
      Instant receivedAt,
      Optional<String> client,
      String helo,
      Optional<String> tls,
      Optional<EmailAddress> login,
      String by,
      Optional<MessageId> madeFrom) {
    /** Of a message that was taken as it is, by a host whose name does not matter. */
    public Origin(
        Instant receivedAt,
        Optional<String> client,
        String helo,
        Optional<String> tls,
        Optional<EmailAddress> login) {
      this(receivedAt, client, helo, tls, login, "", Optional.empty());
    }

    /** Of a message that Skypost makes for a user, such as a vacation reply. */
    public static Origin onBehalfOf(EmailAddress user, Instant at) {
      return new Origin(at, Optional.empty(), "", Optional.empty(), Optional.of(user));
    }

    /** Of a message that Skypost itself makes, such as a bounce. */
    public static Origin internal(Instant at, String hostname) {
      return new Origin(at, Optional.empty(), hostname, Optional.empty(), Optional.empty());
    }

    /** The same, taken under this name. */
    public Origin takenBy(String hostname) {
      return new Origin(receivedAt, client, helo, tls, login, hostname, madeFrom);
    }

    /** The same, of a message that a filter makes from one that came so. */
    public Origin ofMadeFrom(MessageId original) {
      return new Origin(receivedAt, client, helo, tls, login, by, Optional.of(original));
    }
  }
}

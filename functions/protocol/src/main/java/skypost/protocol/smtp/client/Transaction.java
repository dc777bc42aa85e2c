package skypost.protocol.smtp.client;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/**
 * One mail transaction (RFC 5321 section 3.3).
 *
 * @param sender the reverse-path; empty for {@code <>}
 * @param parameters of MAIL FROM to pass on where the peer takes them: {@code RET}, {@code ENVID};
 *     with {@code REQUIRETLS} a peer that does not take it gets no message; others are ignored
 * @param recipients at least one
 * @param content the message
 */
public record Transaction(
    Optional<EmailAddress> sender,
    Map<String, String> parameters,
    List<Recipient> recipients,
    Content content) {
  public Transaction {
    if (recipients.isEmpty()) {
      throw new IllegalArgumentException("a transaction has a recipient");
    }
    parameters = Map.copyOf(parameters);
    recipients = List.copyOf(recipients);
  }

  /** Whether it goes only to those who keep it under TLS (RFC 8689 section 2). */
  boolean requiresTls() {
    return parameters.containsKey("REQUIRETLS");
  }

  /**
   * A forward-path.
   *
   * @param address where to
   * @param parameters of RCPT TO to pass on where the peer takes them: {@code NOTIFY}, {@code
   *     ORCPT}; others are ignored
   */
  public record Recipient(EmailAddress address, Map<String, String> parameters) {
    public Recipient {
      parameters = Map.copyOf(parameters);
    }
  }

  /** A message's octets, with CRLF line ends and without dot stuffing. */
  public interface Content {
    /** How many octets {@link #open} gives; a stream of another length is never completed. */
    long size();

    /** Whether there are octets above 127 (RFC 6152). */
    boolean isEightBit();

    /**
     * Whether the header block has octets above 127, so that it needs SMTPUTF8 (RFC 6531 section
     * 3.4).
     */
    boolean hasUtf8Headers();

    /**
     * Header fields to go before the octets, such as a signature over what leaves: whole lines of
     * ASCII, each with CRLF. Asked for before anything is said of the message; always the same for
     * one form.
     *
     * @param form what the octets will be turned into
     * @throws IOException when the octets cannot be read
     */
    default byte[] fieldsBefore(WireForm form) throws IOException {
      return new byte[0];
    }

    /** Opens the octets from the first. Called once for each transaction. */
    InputStream open() throws IOException;
  }
}

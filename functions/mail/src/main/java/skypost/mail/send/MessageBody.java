package skypost.mail.send;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.message.SenderResults;
import skypost.mail.message.StoredMessages;
import skypost.mail.message.StoredMessages.StoredMessage;
import skypost.mail.queue.QueueEntry;
import skypost.mail.tlspolicy.TlsWish;
import skypost.protocol.smtp.client.Transaction;

/**
 * A stored message as the client sends it: with what is said of its sender on top. One read of the
 * store serves a whole attempt: a small message is kept in memory, of a large one the beginning is,
 * and the store is asked again only for a second exchanger.
 */
final class MessageBody implements Transaction.Content, AutoCloseable {
  static final int MAX_IN_MEMORY = 512 * 1024; // ten at once in a function of 512 MB are nothing

  private static final Pattern RECEIVED =
      Pattern.compile("^Received:", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  private static final Pattern TLS_NOT_REQUIRED =
      Pattern.compile(
          "^TLS-Required:[ \\t]*No[ \\t]*\\r?$", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  private final StoredMessages messages;
  private final MessageId id;
  private final Envelope envelope;
  private final SenderResults results;
  private final long size;
  private final byte[] beginning;
  private final int headerEnd;
  private InputStream rest; // what follows the beginning, not yet read; null when there is none

  private MessageBody(StoredMessages messages, QueueEntry entry, StoredMessage opened)
      throws IOException {
    this.messages = messages;
    this.id = entry.id().message();
    this.envelope = opened.envelope();
    this.results = SenderResults.unpack(entry.results(), envelope);
    this.size = results.isEmpty() ? opened.size() : entry.size();
    InputStream content = results.render(opened.content());
    // Not just size: who reads to the end may keep the store's connection
    this.beginning = content.readNBytes(MAX_IN_MEMORY);
    this.headerEnd = headerEnd(beginning);
    if (beginning.length < size) {
      rest = content;
    } else {
      opened.close();
    }
  }

  /** Opens the message of an entry; empty when it is gone. */
  static Optional<MessageBody> open(StoredMessages messages, QueueEntry entry) throws IOException {
    Optional<StoredMessage> opened = messages.open(entry.id().message());
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new MessageBody(messages, entry, opened.get()));
    } catch (IOException | RuntimeException fault) {
      opened.get().close();
      throw fault;
    }
  }

  Envelope envelope() {
    return envelope;
  }

  /** The header section, one character an octet; empty when it is too large to be looked at. */
  Optional<String> header() {
    boolean isWhole = headerEnd < beginning.length || beginning.length >= size;
    return isWhole
        ? Optional.of(new String(beginning, 0, headerEnd, StandardCharsets.ISO_8859_1))
        : Optional.empty();
  }

  /** How many servers it went through (RFC 5321 section 6.3). */
  int hops() {
    String headers = new String(beginning, 0, headerEnd, StandardCharsets.ISO_8859_1);
    return (int) RECEIVED.matcher(headers).results().count();
  }

  /** What the sender wants of TLS; REQUIRETLS goes before the field (RFC 8689 section 3). */
  TlsWish tlsWish() {
    if (envelope.senderParameters().containsKey("REQUIRETLS")) {
      return TlsWish.REQUIRED;
    }
    String headers = new String(beginning, 0, headerEnd, StandardCharsets.ISO_8859_1);
    return TLS_NOT_REQUIRED.matcher(headers).find() ? TlsWish.OPTIONAL : TlsWish.USUAL;
  }

  /** All of a small message, of a large one the beginning; as often as is asked. */
  InputStream beginning() {
    return new ByteArrayInputStream(beginning);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public boolean isEightBit() {
    // A large message is not searched to its end; what its sender said of it must do
    return "8BITMIME".equalsIgnoreCase(envelope.senderParameters().get("BODY"))
        || hasEightBit(beginning.length);
  }

  @Override
  public boolean hasUtf8Headers() {
    // Without SMTPUTF8 in its envelope it is old-style mail with raw octets, which goes as it came
    return envelope.senderParameters().containsKey("SMTPUTF8") && hasEightBit(headerEnd);
  }

  @Override
  public InputStream open() throws IOException {
    InputStream start = new ByteArrayInputStream(beginning);
    if (beginning.length >= size) {
      return start;
    }
    if (rest != null) {
      InputStream remaining = rest;
      rest = null;
      return new SequenceInputStream(start, remaining);
    }
    return messages
        .open(id)
        .map(stored -> results.render(stored.content()))
        .orElseThrow(() -> new FileNotFoundException("message " + id + " is gone"));
  }

  @Override
  public void close() throws IOException {
    if (rest != null) {
      rest.close();
      rest = null;
    }
  }

  private boolean hasEightBit(int end) {
    for (int i = 0; i < end; i++) {
      if (beginning[i] < 0) {
        return true;
      }
    }
    return false;
  }

  private static int headerEnd(byte[] octets) {
    for (int i = 0; i + 3 < octets.length; i++) {
      if (octets[i] == '\r'
          && octets[i + 1] == '\n'
          && octets[i + 2] == '\r'
          && octets[i + 3] == '\n') {
        return i + 2;
      }
    }
    return octets.length;
  }
}

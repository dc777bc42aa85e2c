package skypost.aws;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import skypost.mail.json.Fields;
import skypost.mail.message.Envelope;
import skypost.mail.message.EnvelopeJson;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;

/**
 * Messages in S3, an object each under {@code incoming/<id>}: first the envelope as one line of
 * JSON, ended by LF, then the raw message to the octet.
 */
public final class S3Messages implements IncomingMessages, StoredMessages {
  /** Where accepted messages are put; the bucket notifies of nothing else. */
  public static final String PREFIX = "incoming/";

  /**
   * Keys of messages that are not accepted yet: nothing hears of them, and what a crash leaves is
   * deleted by the bucket's lifecycle rule.
   */
  public static final String STAGED_PREFIX = "staged/";

  private static final int MAX_ENVELOPE =
      4 << 20; // octets; a thousand recipients take a hundredth of it

  /** Octets of an object that is read before it is looked at; most mail is smaller. */
  private static final int AT_ONCE = 128 << 10;

  private static final int DELETE_AT_ONCE = 1000; // Amazon S3 API reference, DeleteObjects

  private final S3Client s3;
  private final String bucket;
  private final String prefix;

  public S3Messages(S3Client s3, String bucket) {
    this(s3, bucket, PREFIX);
  }

  private S3Messages(S3Client s3, String bucket, String prefix) {
    this.s3 = s3;
    this.bucket = bucket;
    this.prefix = prefix;
  }

  /** Those that are staged. */
  public static StoredMessages staged(S3Client s3, String bucket) {
    return new S3Messages(s3, bucket, STAGED_PREFIX);
  }

  /** The message an object key names; empty for a key that is none of ours. */
  public static Optional<MessageId> idOf(String key) {
    return key.startsWith(PREFIX)
        ? MessageId.parse(key.substring(PREFIX.length()))
        : Optional.empty();
  }

  private String key(MessageId id) {
    return prefix + id;
  }

  @Override
  public Draft begin(MessageId id, Envelope envelope) throws IOException {
    S3Draft draft = new S3Draft(s3, bucket, new S3Draft.Keys(PREFIX + id, STAGED_PREFIX + id));
    draft.write(Fields.bytes(EnvelopeJson.write(envelope)));
    draft.write('\n');
    return draft;
  }

  @Override
  public Optional<StoredMessage> open(MessageId id) throws IOException {
    ResponseInputStream<GetObjectResponse> object;
    try {
      object = Calls.call(() -> s3.getObject(get -> get.bucket(bucket).key(key(id))));
    } catch (IOException fault) {
      if (fault.getCause() instanceof NoSuchKeyException) {
        return Optional.empty();
      }
      throw fault;
    }
    long length = object.response().contentLength();
    try {
      return Optional.of(length <= AT_ONCE ? whole(object, (int) length) : streamed(object));
    } catch (IOException | RuntimeException fault) {
      object.abort();
      throw fault;
    }
  }

  /** A small message, read to its end: so its connection serves the next request at once. */
  private static StoredMessage whole(ResponseInputStream<GetObjectResponse> object, int length)
      throws IOException {
    byte[] octets;
    try (object) {
      octets = object.readNBytes(length);
      if (octets.length < length || object.read() >= 0) { // the end: its checksum is compared now
        throw new IOException("the object is not as long as S3 said");
      }
    } catch (SdkException changed) {
      throw new IOException(changed);
    }
    int end = 0;
    while (end < length && octets[end] != '\n') {
      end++;
    }
    if (end == length) {
      throw noEnvelope();
    }
    InputStream content = new ByteArrayInputStream(octets, end + 1, length - end - 1);
    return stored(Arrays.copyOf(octets, end), length, content);
  }

  private static StoredMessage streamed(ResponseInputStream<GetObjectResponse> object)
      throws IOException {
    InputStream content = new BufferedInputStream(new AbortingStream(object), 8192);
    return stored(readLine(content), object.response().contentLength(), content);
  }

  private static StoredMessage stored(byte[] envelope, long length, InputStream content)
      throws IOException {
    return new StoredMessage(
        EnvelopeJson.read(Fields.read(envelope)), length - envelope.length - 1, content);
  }

  private static IOException noEnvelope() {
    return new IOException("the object does not begin with an envelope");
  }

  @Override
  public boolean isStored(MessageId id) throws IOException {
    try {
      Calls.call(() -> s3.headObject(head -> head.bucket(bucket).key(key(id))));
      return true;
    } catch (IOException fault) {
      if (fault.getCause() instanceof NoSuchKeyException) {
        return false;
      }
      throw fault;
    }
  }

  private static byte[] readLine(InputStream content) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    for (int octet = content.read(); octet != '\n'; octet = content.read()) {
      if (octet < 0 || line.size() == MAX_ENVELOPE) {
        throw noEnvelope();
      }
      line.write(octet);
    }
    return line.toByteArray();
  }

  @Override
  public void delete(Collection<MessageId> ids) throws IOException {
    List<ObjectIdentifier> keys = new ArrayList<>();
    for (MessageId id : ids) {
      keys.add(ObjectIdentifier.builder().key(key(id)).build());
    }
    for (int from = 0; from < keys.size(); from += DELETE_AT_ONCE) {
      List<ObjectIdentifier> some =
          keys.subList(from, Math.min(keys.size(), from + DELETE_AT_ONCE));
      if (some.size() == 1) {
        Calls.call(
            () -> s3.deleteObject(delete -> delete.bucket(bucket).key(some.getFirst().key())));
        continue;
      }
      DeleteObjectsResponse response =
          Calls.call(() ->
              s3.deleteObjects(
                  delete -> delete.bucket(bucket).delete(them -> them.objects(some).quiet(true))));
      if (response.hasErrors() && !response.errors().isEmpty()) {
        throw new IOException("not deleted: " + response.errors());
      }
    }
  }

  @Override
  public Iterator<MessageId> listFrom(MessageId from) {
    // StartAfter excludes its key; a proper prefix of our first key sorts right before it.
    String before = key(from).substring(0, key(from).length() - 1);
    return s3
        .listObjectsV2Paginator(list -> list.bucket(bucket).prefix(prefix).startAfter(before))
        .contents()
        .stream()
        .flatMap(object -> MessageId.parse(object.key().substring(prefix.length())).stream())
        .filter(id -> id.compareTo(from) >= 0)
        .iterator();
  }

  /** Closing in the middle aborts the connection instead of reading a large rest. */
  private static final class AbortingStream extends java.io.FilterInputStream {
    private final ResponseInputStream<GetObjectResponse> object;
    private boolean ended;

    AbortingStream(ResponseInputStream<GetObjectResponse> object) {
      super(object);
      this.object = object;
    }

    @Override
    public int read() throws IOException {
      return ended(super.read());
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      return ended(super.read(buffer, offset, length));
    }

    private int ended(int read) {
      ended |= read < 0;
      return read;
    }

    @Override
    public void close() throws IOException {
      if (ended) {
        super.close();
      } else {
        object.abort();
      }
    }
  }
}

package skypost.mail.memory;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import skypost.mail.transfer.ImportObjects;
import skypost.mail.transfer.TransferKey;

/** {@link ImportObjects} in memory. Thread safe. */
public final class InMemoryImportObjects implements ImportObjects {
  private final Map<TransferKey, byte[]> objects = new ConcurrentHashMap<>();

  @Override
  public void put(TransferKey key, byte[] archive) {
    upload(key, archive);
  }

  /** What a client does with the URL. */
  public void upload(TransferKey key, byte[] octets) {
    objects.put(key, octets.clone());
  }

  @Override
  public URI url(TransferKey key, Duration validity) {
    return URI.create("memory:imports/" + key.id() + "?for=" + validity);
  }

  @Override
  public OptionalLong size(TransferKey key) {
    byte[] object = objects.get(key);
    return object == null ? OptionalLong.empty() : OptionalLong.of(object.length);
  }

  @Override
  public InputStream open(TransferKey key, long from, long size) throws IOException {
    byte[] object = objects.get(key);
    if (object == null) {
      throw new IOException("the archive of " + key.id() + " is gone");
    }
    return new ByteArrayInputStream(object, (int) from, (int) (size - from));
  }

  @Override
  public void delete(TransferKey key) {
    objects.remove(key);
  }
}

package skypost.mail.memory;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import skypost.mail.archive.ArchiveFormat;
import skypost.mail.transfer.ExportObjects;
import skypost.mail.transfer.TransferKey;

/**
 * {@link ExportObjects} in memory, with S3's rules: parts have a least size, a repeated number
 * replaces, and an upload that has ended is no more. Thread safe.
 */
public final class InMemoryExportObjects implements ExportObjects {
  private record Stored(String tag, byte[] octets) {}

  private final Map<TransferKey, byte[]> objects = new HashMap<>();
  private final Map<String, TreeMap<Integer, Stored>> uploads = new HashMap<>();
  private int begun;

  @Override
  public synchronized void put(TransferKey key, ArchiveFormat format, byte[] octets) {
    objects.put(key, octets.clone());
  }

  @Override
  public synchronized String begin(TransferKey key, ArchiveFormat format) {
    String upload = key.id() + "-" + begun++;
    uploads.put(upload, new TreeMap<>());
    return upload;
  }

  @Override
  public synchronized String part(TransferKey key, String upload, int number, Part part)
      throws IOException {
    byte[] octets = Arrays.copyOf(part.octets(), part.length());
    String tag = Integer.toHexString(Arrays.hashCode(octets)) + "-" + octets.length;
    upload(upload).put(number, new Stored(tag, octets));
    return tag;
  }

  private TreeMap<Integer, Stored> upload(String upload) throws NoSuchUploadException {
    TreeMap<Integer, Stored> parts = uploads.get(upload);
    if (parts == null) {
      throw new NoSuchUploadException(upload);
    }
    return parts;
  }

  @Override
  public synchronized List<String> tags(TransferKey key, String upload, int count)
      throws IOException {
    return upload(upload).headMap(count, true).values().stream().map(Stored::tag).toList();
  }

  @Override
  public synchronized void complete(TransferKey key, String upload, List<String> tags)
      throws IOException {
    Map<Integer, Stored> parts = upload(upload);
    ByteArrayOutputStream object = new ByteArrayOutputStream();
    for (int number = 1; number <= tags.size(); number++) {
      Stored part = parts.get(number);
      if (part == null || !part.tag().equals(tags.get(number - 1))) {
        throw new IOException("part " + number + " is not there"); // S3: InvalidPart
      }
      if (number < tags.size() && part.octets().length < MIN_PART) {
        throw new IOException("part " + number + " is too small"); // S3: EntityTooSmall
      }
      object.writeBytes(part.octets());
    }
    uploads.remove(upload);
    objects.put(key, object.toByteArray());
  }

  @Override
  public synchronized void abort(TransferKey key, String upload) {
    uploads.remove(upload);
  }

  @Override
  public synchronized boolean exists(TransferKey key) {
    return objects.containsKey(key);
  }

  @Override
  public synchronized void delete(TransferKey key) {
    objects.remove(key);
  }

  @Override
  public URI url(TransferKey key, String fileName, Duration validity) {
    return URI.create("memory:exports/" + key.id() + "?for=" + validity);
  }

  /** What the URL would give. */
  public synchronized Optional<byte[]> object(TransferKey key) {
    return Optional.ofNullable(objects.get(key));
  }

  /** Uploads that have neither been completed nor aborted. */
  public synchronized int open() {
    return uploads.size();
  }

  @Override
  public Optional<byte[]> read(TransferKey key) {
    return object(key);
  }
}

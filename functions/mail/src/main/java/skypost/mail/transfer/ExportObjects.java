package skypost.mail.transfer;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import skypost.mail.archive.ArchiveFormat;

/**
 * Where exports are written to: objects that come into being whole, out of parts (Amazon S3 User
 * Guide, "Uploading and copying objects using multipart upload"), and end by themselves after some
 * days. Every method throws {@link IOException} when the outcome is not known.
 */
public interface ExportObjects {
  /** Octets that every part but the last has at least. */
  int MIN_PART = 5 << 20;

  /** Most parts of an upload. */
  int MAX_PARTS = 10_000;

  /** Stores a small export in one go. */
  void put(TransferKey key, ArchiveFormat format, byte[] octets) throws IOException;

  /** Begins an upload. @return its id */
  String begin(TransferKey key, ArchiveFormat format) throws IOException;

  /**
   * Stores a part, in place of any that had its number.
   *
   * @param number from 1
   * @return its entity tag
   * @throws NoSuchUploadException when the upload has ended
   */
  String part(TransferKey key, String upload, int number, Part octets) throws IOException;

  /** The octets of a part: the first {@code length} of an array. */
  record Part(byte[] octets, int length) {}

  /**
   * The entity tags of parts 1 to {@code count}, fewer when there are fewer.
   *
   * @throws NoSuchUploadException when the upload has ended
   */
  List<String> tags(TransferKey key, String upload, int count) throws IOException;

  /**
   * Makes the object of these parts, and of no others.
   *
   * @throws NoSuchUploadException when the upload has ended
   */
  void complete(TransferKey key, String upload, List<String> tags) throws IOException;

  /** Ends an upload without an object; it may have ended before. */
  void abort(TransferKey key, String upload) throws IOException;

  /** Whether the object is there. */
  boolean exists(TransferKey key) throws IOException;

  /** The object whole, for one that is small; empty when it is not there. */
  Optional<byte[]> read(TransferKey key) throws IOException;

  /** Deletes the object; it need not be there. */
  void delete(TransferKey key) throws IOException;

  /**
   * A URL from which anybody may read the object for a while.
   *
   * @param fileName what a browser calls it
   */
  URI url(TransferKey key, String fileName, Duration validity);

  /** The upload has been completed or aborted, or was never begun. */
  final class NoSuchUploadException extends IOException {
    private static final long serialVersionUID = 1L;

    public NoSuchUploadException(String upload) {
      super("no such upload: " + upload);
    }
  }
}

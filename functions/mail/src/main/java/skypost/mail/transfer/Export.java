package skypost.mail.transfer;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import skypost.mail.archive.ArchiveFormat;

/**
 * A mailbox on its way into an object.
 *
 * @param what is written
 * @param progress how much of it is
 */
public record Export(
    TransferKey key, Instant createdAt, Selection what, Progress progress, Status status)
    implements Transfer {

  /**
   * What is exported.
   *
   * @param folders in the order in which they are written
   * @param messages in them when it began
   * @param octets of those, as a reader counts them
   */
  public record Selection(ArchiveFormat format, List<Range> folders, long messages, long octets) {
    public Selection {
      folders = List.copyOf(folders);
    }
  }

  /**
   * A folder as it was when the export began: what comes later is not part of it.
   *
   * @param uidNext the UID that the next message would have got
   */
  public record Range(String folder, long uidNext) {}

  /**
   * How far it is, as far as that lies in parts of the upload.
   *
   * @param folder index of the folder being written
   * @param uid of its last message that is written; 0: none is
   * @param keywords of that folder, as they were when it was begun
   * @param counts what is written
   * @param upload what it is written to; empty before the first part
   */
  public record Progress(
      int folder, long uid, List<String> keywords, Counts counts, Optional<Upload> upload) {
    static final Progress NONE =
        new Progress(0, 0, List.of(), new Counts(0, 0, 0), Optional.empty());

    public Progress {
      keywords = List.copyOf(keywords);
    }

    Progress with(Optional<Upload> other) {
      return new Progress(folder, uid, keywords, counts, other);
    }

    Progress withOctets(long octets) {
      return new Progress(
          folder, uid, keywords, new Counts(counts.messages, counts.missing, octets), upload);
    }
  }

  /**
   * @param messages written
   * @param missing messages whose body was gone: their reader has deleted them meanwhile
   * @param octets of the archive so far
   */
  public record Counts(long messages, long missing, long octets) {}

  /**
   * A multipart upload.
   *
   * @param id S3's name for it
   * @param parts how many count
   * @param digest of their entity tags in order. Two that write the same part unawares of each
   *     other cannot mix unseen.
   * @param complete whether no part is to come
   */
  public record Upload(String id, int parts, String digest, boolean complete) {
    static Upload begun(String id) {
      return new Upload(id, 0, "", false);
    }

    Upload with(String tag) {
      return new Upload(id, parts + 1, chained(digest, tag), complete);
    }

    Upload completed() {
      return new Upload(id, parts, digest, true);
    }

    /** Whether these are its parts. */
    boolean consistsOf(List<String> tags) {
      String chain = "";
      for (String tag : tags) {
        chain = chained(chain, tag);
      }
      return chain.equals(digest);
    }

    private static String chained(String digest, String tag) {
      try {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        sha.update(digest.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        return HexFormat.of()
            .formatHex(sha.digest(tag.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
      } catch (NoSuchAlgorithmException impossible) {
        throw new IllegalStateException(impossible); // every JDK has SHA-256
      }
    }
  }

  /** One that has not begun. */
  public static Export begin(TransferKey key, Instant now, Selection what) {
    return new Export(key, now, what, Progress.NONE, Status.of(State.RUNNING));
  }

  Export with(Progress next) {
    return new Export(key, createdAt, what, next, status.next());
  }

  Export with(State state, String reason) {
    return new Export(key, createdAt, what, progress, status.next(state, reason));
  }

  /** From the beginning, with nothing written. */
  Export again() {
    return with(Progress.NONE);
  }
}

package skypost.local.s3;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A page of a bucket's objects in the order of their keys (Amazon S3 API reference, ListObjectsV2).
 * Reads all names under the prefix for each page: right for one machine's mail.
 *
 * @param objects of the page
 * @param groups prefixes up to the delimiter, with what they stand for left out
 * @param last the key or group that the next page follows
 * @param more whether there is one
 */
record ObjectListing(List<Entry> objects, List<String> groups, String last, boolean more) {
  /** An object of the listing. */
  record Entry(String key, ObjectFiles.Stored object) {}

  /**
   * What is asked for.
   *
   * @param after only what follows this key
   * @param delimiter empty for none
   */
  record Question(String prefix, String after, String delimiter, int most) {
    /** What stands for a key in the listing: itself, or its group. */
    private String shown(String key) {
      int end = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
      return end < 0 ? key : key.substring(0, end + delimiter.length());
    }
  }

  static ObjectListing of(Path bucket, Question question) throws IOException {
    NavigableMap<String, Entry> first = new TreeMap<>(); // one more than the page has
    int slash = question.prefix().lastIndexOf('/');
    Path top = slash < 0 ? bucket : bucket.resolve(question.prefix().substring(0, slash));
    if (question.most() > 0 && top.normalize().startsWith(bucket) && Files.isDirectory(top)) {
      Files.walkFileTree(top, new Collector(bucket, question, first));
    }
    boolean more = first.size() > question.most();
    if (more) {
      first.pollLastEntry();
    }
    List<Entry> objects = new ArrayList<>();
    List<String> groups = new ArrayList<>();
    first.forEach((shown, entry) -> {
      if (entry == null) {
        groups.add(shown);
      } else {
        objects.add(entry);
      }
    });
    return new ObjectListing(objects, groups, first.isEmpty() ? "" : first.lastKey(), more);
  }

  private static final class Collector extends SimpleFileVisitor<Path> {
    private final Path bucket;
    private final Question question;
    private final NavigableMap<String, Entry> first;

    Collector(Path bucket, Question question, NavigableMap<String, Entry> first) {
      this.bucket = bucket;
      this.question = question;
      this.first = first;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes about) {
      String key = bucket.relativize(file).toString();
      String shown = question.shown(key);
      if (key.startsWith(question.prefix())
          && shown.compareTo(question.after()) > 0
          && !(first.size() > question.most() && shown.compareTo(first.lastKey()) > 0)) {
        var stored =
            new ObjectFiles.Stored(file, about.size(), about.lastModifiedTime().toInstant(), "");
        first.put(shown, shown.equals(key) ? new Entry(key, stored) : null);
        if (first.size() > question.most() + 1) {
          first.pollLastEntry();
        }
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException deletedMeanwhile) {
      return FileVisitResult.CONTINUE;
    }
  }
}

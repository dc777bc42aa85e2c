package skypost.local.s3;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import skypost.local.s3.ObjectActions.Name;

/**
 * Uploads in parts, a folder each, a file for each part (Amazon S3 User Guide, "Uploading and
 * copying objects using multipart upload").
 */
final class MultipartUploads {
  private static final int MAX_PARTS = 10_000;
  private static final long LEAST_PART = 5L << 20; // octets, of all but the last
  private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");
  private static final String ABOUT = "about";

  private final ObjectFiles files;

  MultipartUploads(ObjectFiles files) {
    this.files = files;
  }

  /**
   * @return the id of the new upload
   */
  String begin(Name name, String contentType) throws IOException {
    files.existing(name.bucket());
    String id = UUID.randomUUID().toString();
    Path folder = Files.createDirectory(files.uploads().resolve(id));
    Files.writeString(
        folder.resolve(ABOUT), name.bucket() + "\n" + name.key() + "\n" + contentType);
    return id;
  }

  /** An upload that is under way. */
  private record Begun(Path folder, String contentType) {}

  private Begun find(String id, Name name) throws IOException {
    Path folder = files.uploads().resolve(ID.matcher(id).matches() ? id : "none");
    try {
      String[] about = Files.readString(folder.resolve(ABOUT)).split("\n", 3);
      if (about[0].equals(name.bucket()) && about[1].equals(name.key())) {
        return new Begun(folder, about[2]);
      }
    } catch (NoSuchFileException gone) {
      throw S3Error.noSuchUpload();
    }
    throw S3Error.noSuchUpload();
  }

  /**
   * Takes a part; a second one of its number replaces it.
   *
   * @return its ETag
   */
  String put(String id, Name name, int number, Upload part) throws IOException {
    if (number < 1 || number > MAX_PARTS) {
      throw S3Error.invalid("a part's number is 1 to " + MAX_PARTS);
    }
    Path path = find(id, name).folder().resolve(Integer.toString(number));
    files.stamp(part.file());
    Files.move(part.file(), path, StandardCopyOption.ATOMIC_MOVE);
    return eTag(path);
  }

  private static String eTag(Path path) throws IOException {
    long modified = Files.getLastModifiedTime(path).to(TimeUnit.NANOSECONDS);
    return Long.toHexString(modified) + "-" + Long.toHexString(Files.size(path));
  }

  /** A part as its completion names it. */
  record Part(int number, String eTag) {}

  /**
   * Parts that lie there, in order.
   *
   * @param after the number before the first
   */
  List<Stored> list(String id, Name name, int after) throws IOException {
    Path folder = find(id, name).folder();
    List<Stored> parts = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path path : all.filter(each -> !each.endsWith(ABOUT)).toList()) {
        int number = Integer.parseInt(path.getFileName().toString());
        if (number > after) {
          parts.add(
              new Stored(
                  new Part(number, eTag(path)),
                  Files.size(path),
                  Files.getLastModifiedTime(path).toInstant()));
        }
      }
    }
    parts.sort(Comparator.comparingInt(each -> each.part().number()));
    return parts;
  }

  /** A part that lies there. */
  record Stored(Part part, long size, Instant modified) {}

  /** A whole object, written and without a name, and its type. */
  record Whole(Path file, String contentType) {}

  /**
   * Puts the parts together. The upload stays until {@link #end}.
   *
   * @throws S3Error when they are not all there, in order, and large enough
   */
  Whole join(String id, Name name, List<Part> parts) throws IOException {
    Begun begun = find(id, name);
    if (parts.isEmpty()) {
      throw new S3Error(400, "MalformedXML", "An upload has a part at least.");
    }
    int before = 0;
    for (Part part : parts) {
      Path path = begun.folder().resolve(Integer.toString(part.number()));
      if (part.number() <= before) {
        throw new S3Error(400, "InvalidPartOrder", "The parts are not in order.");
      }
      if (!Files.exists(path) || !eTag(path).equals(part.eTag())) {
        throw new S3Error(400, "InvalidPart", "A part was not found, or is another.");
      }
      if (part != parts.getLast() && Files.size(path) < LEAST_PART) {
        throw new S3Error(400, "EntityTooSmall", "A part is smaller than 5 MB.");
      }
      before = part.number();
    }
    Path whole = files.newFile();
    try (FileChannel out =
        FileChannel.open(whole, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
      for (Part part : parts) {
        append(begun.folder().resolve(Integer.toString(part.number())), out);
      }
    }
    return new Whole(whole, begun.contentType());
  }

  private static void append(Path part, FileChannel out) throws IOException {
    try (FileChannel in = FileChannel.open(part)) {
      for (long at = 0; at < in.size(); ) {
        at += in.transferTo(at, in.size() - at, out);
      }
    }
  }

  /** Forgets an upload, done or given up. */
  void end(String id, Name name) throws IOException {
    Path folder = find(id, name).folder();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.toList().reversed()) {
        Files.delete(path);
      }
    }
  }
}

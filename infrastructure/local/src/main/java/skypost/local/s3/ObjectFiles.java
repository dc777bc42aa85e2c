package skypost.local.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Objects as files: {@code <folder>/<bucket>/<key>}. A file appears under its name by one rename,
 * so it is there whole or not at all, whenever the process ends.
 */
final class ObjectFiles {
  static final String DEFAULT_TYPE = "binary/octet-stream";

  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final int MAX_KEY = 1024; // octets: Amazon S3 User Guide, "Naming objects"
  private static final int MAX_NAME = 255; // octets of a file's name
  private static final String TYPE = "user.content-type";
  private static final String INCOMPLETE = ".incomplete"; // no bucket is called so

  private final AtomicLong stamped = new AtomicLong();
  private final Path folder;
  private final Path incomplete;
  private final String run = UUID.randomUUID().toString();
  private final AtomicLong count = new AtomicLong();

  /** Over a folder that is made when it is not there; what a crash left incomplete is deleted. */
  ObjectFiles(Path folder) throws IOException {
    this.folder = folder.toAbsolutePath();
    this.incomplete = this.folder.resolve(INCOMPLETE);
    Files.createDirectories(incomplete);
    try (Stream<Path> left = Files.list(incomplete)) {
      for (Path file : left.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
  }

  /**
   * An object that is there.
   *
   * @param contentType as it was given
   */
  record Stored(Path file, long size, Instant modified, String contentType) {
    /** Without quotation marks. Not the MD5, as AWS does not promise it either. */
    String eTag() {
      long nanos = modified.getEpochSecond() * 1_000_000_000L + modified.getNano();
      return Long.toHexString(nanos) + "-" + Long.toHexString(size);
    }
  }

  /** Where something may be written before it has a name. */
  Path newFile() {
    return incomplete.resolve(run + "." + count.incrementAndGet());
  }

  /** Where the parts of uploads lie, a folder each. */
  Path uploads() {
    return incomplete;
  }

  /**
   * @return false when it is there already
   */
  boolean create(String bucket) throws IOException {
    if (!BUCKET.matcher(bucket).matches()) {
      throw new S3Error(400, "InvalidBucketName", "The specified bucket is not valid.");
    }
    try {
      Files.createDirectory(folder.resolve(bucket));
      return true;
    } catch (FileAlreadyExistsException before) {
      return false;
    }
  }

  /** The bucket's folder. @throws S3Error when there is none */
  Path existing(String bucket) {
    Path path = BUCKET.matcher(bucket).matches() ? folder.resolve(bucket) : null;
    if (path == null || !Files.isDirectory(path)) {
      throw S3Error.noSuchBucket();
    }
    return path;
  }

  void delete(String bucket) throws IOException {
    Path path = existing(bucket);
    try (Stream<Path> all = Files.walk(path)) {
      List<Path> paths = all.toList();
      if (paths.stream().anyMatch(Files::isRegularFile)) {
        throw new S3Error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty.");
      }
      for (Path empty : paths.reversed()) {
        Files.delete(empty);
      }
    }
  }

  List<String> buckets() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> BUCKET.matcher(name).matches())
          .sorted()
          .toList();
    }
  }

  private Path path(String bucket, String key) {
    if (!BUCKET.matcher(bucket).matches()) {
      throw S3Error.noSuchBucket();
    }
    if (key.getBytes(StandardCharsets.UTF_8).length > MAX_KEY) {
      throw new S3Error(400, "KeyTooLongError", "Your key is too long.");
    }
    for (String name : key.split("/", -1)) {
      if (name.isEmpty()
          || name.equals(".")
          || name.equals("..")
          || name.indexOf(0) >= 0
          || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME) {
        throw S3Error.invalid("keys are names of files here: " + key);
      }
    }
    return folder.resolve(bucket).resolve(key);
  }

  /**
   * Gives a written file a time that no other has: ETags are made of it, and the clock of a file
   * system ticks too slowly to tell two files of a moment apart.
   */
  void stamp(Path written) throws IOException {
    Instant now = Instant.now();
    long nanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    long unique = stamped.accumulateAndGet(nanos, (last, wanted) -> Math.max(last + 1, wanted));
    Files.setLastModifiedTime(written, FileTime.from(unique, TimeUnit.NANOSECONDS));
  }

  /**
   * Gives a written file its name.
   *
   * @param onlyNew whether an object of this name must not be there yet
   */
  Stored put(String bucket, String key, Path written, PutOptions options) throws IOException {
    Path path = path(bucket, key);
    stamp(written);
    if (!options.contentType().equals(DEFAULT_TYPE)) {
      types(written).write(TYPE, StandardCharsets.UTF_8.encode(options.contentType()));
    }
    try {
      name(written, path, options.onlyNew());
    } catch (NoSuchFileException noFolder) {
      existing(bucket);
      Files.createDirectories(path.getParent());
      name(written, path, options.onlyNew());
    } catch (FileAlreadyExistsException taken) {
      throw S3Error.precondition();
    } catch (FileSystemException isFolder) {
      if (Files.isDirectory(path)) {
        throw S3Error.invalid("keys begin with this one and a slash: " + key);
      }
      throw isFolder;
    }
    return stored(path, Files.readAttributes(path, BasicFileAttributes.class), options);
  }

  private static Stored stored(Path path, BasicFileAttributes about, PutOptions options) {
    return new Stored(
        path, about.size(), about.lastModifiedTime().toInstant(), options.contentType());
  }

  /** How an object is put. */
  record PutOptions(String contentType, boolean onlyNew) {}

  private static void name(Path written, Path path, boolean onlyNew) throws IOException {
    if (onlyNew) {
      Files.createLink(path, written); // of several at once, one wins
      Files.delete(written);
    } else {
      Files.move(written, path, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static UserDefinedFileAttributeView types(Path file) {
    return Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
  }

  /** An object; empty when there is none of this name. */
  Optional<Stored> find(String bucket, String key) throws IOException {
    Path path = path(bucket, key);
    BasicFileAttributes about;
    try {
      about = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (FileSystemException notThere) {
      existing(bucket);
      return Optional.empty();
    }
    if (!about.isRegularFile()) {
      return Optional.empty();
    }
    Instant modified = about.lastModifiedTime().toInstant();
    return Optional.of(new Stored(path, about.size(), modified, contentType(path)));
  }

  private static String contentType(Path path) {
    try {
      ByteBuffer value = ByteBuffer.allocate(256);
      types(path).read(TYPE, value);
      return StandardCharsets.UTF_8.decode(value.flip()).toString();
    } catch (IOException none) {
      return DEFAULT_TYPE;
    }
  }

  /** Deletes an object; one that is not there is fine. */
  void delete(String bucket, String key) throws IOException {
    try {
      Path path = path(bucket, key);
      if (!Files.isDirectory(path)) {
        Files.deleteIfExists(path);
      }
    } catch (FileSystemException notThere) {
      existing(bucket);
    }
  }
}

package skypost.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import skypost.local.s3.AccessKey;
import skypost.mail.signing.LocalKeyVault;

/** The folder that holds all state. It belongs to one running system at a time. */
final class DataFolder implements AutoCloseable {
  /** An instance that was just told to stop may need this long. */
  private static final Duration PATIENCE = Duration.ofSeconds(6);

  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path path;
  private final FileChannel lockFile;

  private DataFolder(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /**
   * Takes the folder; the operating system gives it back when this process ends, however it ends.
   *
   * @throws CannotStart when it cannot be written, or another instance has it and does not end soon
   */
  static DataFolder open(Path path) throws IOException {
    FileChannel lockFile;
    try {
      Files.createDirectories(path);
      lockFile =
          FileChannel.open(
              path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException unwritable) {
      throw new CannotStart(
          "the data folder " + path + " cannot be used: " + unwritable, unwritable);
    }
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!locked(lockFile)) {
      if (System.nanoTime() > deadline) {
        lockFile.close();
        throw new CannotStart("the data folder " + path + " is in use by another instance");
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    return new DataFolder(path, lockFile);
  }

  private static boolean locked(FileChannel file) throws IOException {
    try {
      FileLock lock = file.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException byThisProcess) {
      return false;
    }
  }

  Path resolve(String name) {
    return path.resolve(name);
  }

  /** The credentials of the embedded endpoints, made at the first start. */
  AccessKey accessKey() throws IOException {
    Optional<String> kept = secret(path, "access-key");
    String text =
        kept.isPresent()
            ? kept.get()
            : keep("access-key", "SKYPOST" + random(8) + ":" + random(24));
    int colon = text.indexOf(':');
    return new AccessKey(text.substring(0, colon), text.substring(colon + 1));
  }

  /** The API's token, where one was made before. */
  Optional<String> adminToken() throws IOException {
    return secret(path, "admin-token");
  }

  /** Makes and keeps a token for the API. */
  String newAdminToken() throws IOException {
    byte[] bytes = new byte[24];
    RANDOM.nextBytes(bytes);
    return keep("admin-token", Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** What signs the senders of forwarded mail, made at the first start. */
  String returnSecret() throws IOException {
    Optional<String> kept = secret(path, "return-secret");
    return kept.isPresent() ? kept.get() : keep("return-secret", random(32));
  }

  /** The file of the key that private keys are encrypted under, made at the first start. */
  Path vaultKey() throws IOException {
    if (secret(path, "vault-key").isEmpty()) {
      byte[] made = new byte[LocalKeyVault.KEY_OCTETS];
      RANDOM.nextBytes(made);
      keep("vault-key", Base64.getEncoder().encodeToString(made));
    }
    return path.resolve("vault-key");
  }

  /** A secret that a data folder holds; it need not be open. */
  static Optional<String> secret(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    return Files.isReadable(file)
        ? Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty())
        : Optional.empty();
  }

  /** Writes a file that only its owner may read; whole or not at all. */
  String keep(String name, String text) throws IOException {
    Path next = path.resolve(name + ".next");
    Files.deleteIfExists(next);
    if (Files.getFileStore(path).supportsFileAttributeView("posix")) {
      Files.createFile(
          next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.writeString(next, text + "\n");
    Files.move(
        next,
        path.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    return text;
  }

  private static String random(int bytes) {
    byte[] made = new byte[bytes];
    RANDOM.nextBytes(made);
    return HexFormat.of().formatHex(made);
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}

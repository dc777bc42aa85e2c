package skypost.local;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Finds the program that plays DynamoDB. It comes as an npm package for each platform, fetched once
 * by npm itself and kept in the user's cache folder, so that whatever registry and proxy npm is set
 * up for is used here too.
 */
final class DynoxideBinary {
  static final String VERSION = "1.2.1";

  /** What is known of the packages' content, by platform: SHA-256 of the program. */
  private static final Map<String, String> DIGESTS =
      Map.of("linux-x64", "be909b7910d3fb552e85db10ef3c8ebae4bd35fee0f26dffdb6dfa5cc656426e");

  private static final int NPM_TIMEOUT_SECONDS = 120;

  private DynoxideBinary() {}

  /**
   * Finds the program and fetches it when it is not there yet.
   *
   * @param given a program to use instead
   * @param cache where fetched programs are kept
   * @param progress told what takes a while
   * @throws CannotStart with what a person can do about it
   */
  static Path find(Optional<Path> given, Path cache, Consumer<String> progress) throws IOException {
    if (given.isPresent()) {
      if (!Files.isExecutable(given.get())) {
        throw new CannotStart("SKYPOST_DYNOXIDE is not a program that can be run: " + given.get());
      }
      return given.get();
    }
    String platform = platform(System.getProperty("os.name"), System.getProperty("os.arch"));
    Path program = cache.resolve("dynoxide-" + VERSION + "-" + platform);
    if (!Files.isExecutable(program)) {
      progress.accept("fetching dynoxide " + VERSION + " (plays DynamoDB) with npm");
      fetch(platform, program);
    }
    return program;
  }

  /** npm's name for an operating system and a processor. */
  static String platform(String os, String arch) {
    String system = os.toLowerCase(Locale.ROOT);
    String name = system.contains("mac") ? "darwin" : system.contains("win") ? "win32" : "linux";
    String processor = arch.equals("aarch64") || arch.equals("arm64") ? "arm64" : "x64";
    return name + "-" + processor;
  }

  /** The user's cache folder for us (XDG Base Directory Specification). */
  static Path userCache(Map<String, String> environment) {
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path cache =
        xdg.startsWith("/") ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache");
    return cache.resolve("skypost");
  }

  private static void fetch(String platform, Path program) throws IOException {
    Files.createDirectories(program.getParent());
    Path folder = Files.createTempDirectory(program.getParent(), "npm-");
    try {
      String name = "@dynoxide/" + platform;
      npm(folder, name + "@" + VERSION);
      String file = platform.startsWith("win32") ? "dynoxide.exe" : "dynoxide";
      Path fetched = folder.resolve("node_modules").resolve(name).resolve(file);
      verify(platform, fetched);
      makeExecutable(fetched);
      Files.move(
          fetched,
          program,
          StandardCopyOption.ATOMIC_MOVE); // two may fetch at once: either's file is whole
    } catch (FileAlreadyExistsException fetchedByAnother) {
      return;
    } finally {
      Folders.delete(folder);
    }
  }

  private static void npm(Path folder, String spec) throws IOException {
    var builder =
        new ProcessBuilder(
            "npm",
            "install",
            "--prefix",
            folder.toString(),
            "--no-save",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--loglevel=error",
            spec);
    Path log = folder.resolve("npm.log");
    builder
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .redirectInput(ProcessBuilder.Redirect.from(nothing()));
    Process npm;
    try {
      npm = builder.start();
    } catch (IOException missing) {
      throw new CannotStart(
          "npm is needed once to fetch "
              + spec
              + ": install Node.js with npm, or set SKYPOST_DYNOXIDE to the program",
          missing);
    }
    try {
      if (!npm.waitFor(NPM_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        npm.destroyForcibly();
        throw new CannotStart(
            "npm did not fetch " + spec + " within " + NPM_TIMEOUT_SECONDS + " s");
      }
    } catch (InterruptedException stop) {
      npm.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new CannotStart("interrupted while fetching " + spec, stop);
    }
    if (npm.exitValue() != 0) {
      String said = Files.readString(log).strip().lines().findFirst().orElse("no reason given");
      throw new CannotStart("npm could not fetch " + spec + ": " + said);
    }
  }

  private static java.io.File nothing() {
    return new java.io.File(
        System.getProperty("os.name").startsWith("Windows") ? "NUL" : "/dev/null");
  }

  private static void verify(String platform, Path program) throws IOException {
    String expected = DIGESTS.get(platform);
    if (expected == null) {
      return;
    }
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(program));
      if (!HexFormat.of().formatHex(digest).equals(expected)) {
        throw new CannotStart(
            "what npm fetched as dynoxide "
                + VERSION
                + " for "
                + platform
                + " is not what Skypost was tested with");
      }
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static void makeExecutable(Path program) throws IOException {
    if (Files.getFileStore(program).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }
}

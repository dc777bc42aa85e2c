package skypost.protocol.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where a server's certificates and their keys come from. */
public sealed interface TlsKeySource {

  /**
   * What is there now.
   *
   * @throws IllegalArgumentException saying for a person what is wrong with it
   * @throws IOException when a file cannot be read
   */
  List<ServerKey> load() throws IOException;

  /** Changes when what is there has changed. */
  List<Stamp> stamps() throws IOException;

  /** Whether a file is another one than before. */
  record Stamp(Path file, FileTime modified, long size) {
    static Stamp of(Path file) throws IOException {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(file, attributes.lastModifiedTime(), attributes.size());
    }
  }

  /**
   * One certificate as text, which never changes.
   *
   * @param certificates the chain in PEM, the server's own certificate first
   * @param key its private key in PEM, PKCS#8, not encrypted
   */
  record Text(String certificates, String key) implements TlsKeySource {
    @Override
    public List<ServerKey> load() {
      return List.of(ServerKey.of(certificates, key));
    }

    @Override
    public List<Stamp> stamps() {
      return List.of();
    }

    @Override
    public String toString() {
      return "Text[...]"; // the key stays out of logs
    }
  }

  /** One certificate in two files that somebody renews. */
  record Pair(Path certificates, Path key) implements TlsKeySource {
    @Override
    public List<ServerKey> load() throws IOException {
      return List.of(ServerKey.of(Files.readString(certificates), Files.readString(key)));
    }

    @Override
    public List<Stamp> stamps() throws IOException {
      return List.of(Stamp.of(certificates), Stamp.of(key));
    }
  }

  /** Certificates as text: chains in PEM, each followed by its private key (PKCS#8). */
  record Bundle(String pem) implements TlsKeySource {
    private static final Pattern BLOCK =
        Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----[A-Za-z0-9+/=\\s]+-----END \\1-----");

    @Override
    public List<ServerKey> load() {
      List<ServerKey> keys = new ArrayList<>();
      StringBuilder chain = new StringBuilder();
      Matcher block = BLOCK.matcher(pem);
      while (block.find()) {
        if (!block.group(1).endsWith("PRIVATE KEY")) {
          chain.append(block.group()).append('\n');
          continue;
        }
        if (chain.isEmpty()) {
          throw new IllegalArgumentException("a private key stands before its certificate");
        }
        keys.add(named("certificate " + (keys.size() + 1), chain.toString(), block.group()));
        chain.setLength(0);
      }
      if (!chain.isEmpty()) {
        throw new IllegalArgumentException("the last certificate is not followed by its key");
      }
      return keys;
    }

    @Override
    public List<Stamp> stamps() {
      return List.of();
    }

    @Override
    public String toString() {
      return "Bundle[...]"; // the keys stay out of logs
    }
  }

  /** Certificates in a folder that somebody keeps: NAME.crt with NAME.key, and so on. */
  record Folder(Path folder) implements TlsKeySource {
    private static final String CERTIFICATE = ".crt";
    private static final String KEY = ".key";

    @Override
    public List<ServerKey> load() throws IOException {
      List<ServerKey> keys = new ArrayList<>();
      for (Path file : files(CERTIFICATE)) {
        keys.add(named(file.toString(), Files.readString(file), Files.readString(keyOf(file))));
      }
      return keys;
    }

    private static Path keyOf(Path certificate) {
      String name = certificate.getFileName().toString();
      Path key =
          certificate.resolveSibling(name.substring(0, name.length() - CERTIFICATE.length()) + KEY);
      if (!Files.exists(key)) {
        throw new IllegalArgumentException(certificate + " has no " + key.getFileName());
      }
      return key;
    }

    @Override
    public List<Stamp> stamps() throws IOException {
      List<Stamp> stamps = new ArrayList<>();
      for (Path file : files(CERTIFICATE, KEY)) {
        try {
          stamps.add(Stamp.of(file));
        } catch (NoSuchFileException gone) {
          // while we looked: the next look finds another list
        }
      }
      return stamps;
    }

    private List<Path> files(String... endings) throws IOException {
      try (Stream<Path> files = Files.list(folder)) {
        return files
            .filter(file -> Stream.of(endings).anyMatch(file.getFileName().toString()::endsWith))
            .sorted()
            .toList();
      }
    }
  }

  /** One that is chosen by its names, so it must have some. */
  private static ServerKey named(String what, String certificates, String key) {
    ServerKey made;
    try {
      made = ServerKey.of(certificates, key);
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException(what + ": " + wrong.getMessage(), wrong);
    }
    if (made.names().isEmpty()) {
      throw new IllegalArgumentException(
          what + " is for no name: its subjectAltName has no dNSName");
    }
    return made;
  }
}

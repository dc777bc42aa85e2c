package skypost.protocol.net;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import skypost.protocol.log.EventLog;

/**
 * A server's certificate and key in files that somebody renews. When a handshake begins, and not
 * more often than every ten seconds, it looks whether a file has changed; nothing polls. While what
 * is new cannot be used, because it is broken or only one of the files is there yet, the old
 * certificate stays, and one line says so.
 */
final class ReloadedKeys extends X509ExtendedKeyManager {
  private static final Duration CHECK_PERIOD = Duration.ofSeconds(10);

  private final Path certificates;
  private final Path key;
  private final Clock clock;
  private final ReentrantLock checking = new ReentrantLock();
  private Optional<List<Stamp>> stamps;
  private Instant nextCheck;
  private volatile Loaded loaded;

  /** Whether a file is another one than before. */
  private record Stamp(FileTime modified, long size) {}

  /** One pair of files; a handshake that chose from it before a change finds it as previous. */
  private record Loaded(
      int number, X509ExtendedKeyManager keys, Optional<X509ExtendedKeyManager> previous) {}

  /**
   * @throws IllegalArgumentException saying for a person what is wrong
   * @throws IOException when a file cannot be read
   */
  ReloadedKeys(Path certificates, Path key, Clock clock) throws IOException {
    this.certificates = certificates;
    this.key = key;
    this.clock = clock;
    this.stamps = stamps(); // before the content: what changes in between is seen later
    this.loaded = new Loaded(0, load(), Optional.empty());
    this.nextCheck = clock.instant().plus(CHECK_PERIOD);
  }

  private X509ExtendedKeyManager load() throws IOException {
    return TlsContexts.keys(Files.readString(certificates), Files.readString(key));
  }

  private Optional<List<Stamp>> stamps() {
    try {
      return Optional.of(List.of(stamp(certificates), stamp(key)));
    } catch (IOException missing) {
      return Optional.empty();
    }
  }

  private static Stamp stamp(Path file) throws IOException {
    var attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return new Stamp(attributes.lastModifiedTime(), attributes.size());
  }

  private Loaded current() {
    if (checking.tryLock()) { // else another handshake is at it, and this one takes what there is
      try {
        reloadWhenChanged();
      } finally {
        checking.unlock();
      }
    }
    return loaded;
  }

  private void reloadWhenChanged() {
    Instant now = clock.instant();
    if (now.isBefore(nextCheck)) {
      return;
    }
    nextCheck = now.plus(CHECK_PERIOD);
    Optional<List<Stamp>> found = stamps();
    if (found.equals(stamps)) {
      return;
    }
    stamps = found; // also of what is broken: it is said once
    try {
      Loaded before = loaded;
      loaded = new Loaded(before.number() + 1, load(), Optional.of(before.keys()));
      EventLog.info("certificate").with("file", certificates).with("result", "reloaded").write();
    } catch (IOException | IllegalArgumentException fault) {
      EventLog.error("certificate")
          .with("file", certificates)
          .with("result", "the old one stays")
          .cause(fault)
          .write();
    }
  }

  /** An alias says which pair of files it belongs to. */
  private static String alias(Loaded from, String alias) {
    return alias == null ? null : from.number() + ":" + alias;
  }

  private Optional<X509ExtendedKeyManager> owner(String alias) {
    Loaded now = loaded;
    if (alias.startsWith(now.number() + ":")) {
      return Optional.of(now.keys());
    }
    return alias.startsWith(now.number() - 1 + ":") ? now.previous() : Optional.empty();
  }

  private static String within(String alias) {
    return alias.substring(alias.indexOf(':') + 1);
  }

  @Override
  public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
    Loaded from = current();
    return alias(from, from.keys().chooseServerAlias(keyType, issuers, socket));
  }

  @Override
  public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
    Loaded from = current();
    return alias(from, from.keys().chooseEngineServerAlias(keyType, issuers, engine));
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return owner(alias).map(keys -> keys.getCertificateChain(within(alias))).orElse(null);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return owner(alias).map(keys -> keys.getPrivateKey(within(alias))).orElse(null);
  }

  @Override
  public String[] getServerAliases(String keyType, Principal[] issuers) {
    Loaded from = current();
    String[] aliases = from.keys().getServerAliases(keyType, issuers);
    if (aliases == null) {
      return null; // as the interface wants it
    }
    return java.util.Arrays.stream(aliases).map(a -> alias(from, a)).toArray(String[]::new);
  }

  /** Of a server, which is no client. */
  @Override
  public String[] getClientAliases(String keyType, Principal[] issuers) {
    return null;
  }

  @Override
  public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
    return null;
  }
}

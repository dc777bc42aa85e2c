package skypost.protocol.net;

import java.io.IOException;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import skypost.protocol.log.EventLog;

/**
 * A server's certificates and keys, chosen by the name that the client asks for (RFC 6066 section
 * 3), where they lie in files that somebody renews. When a handshake begins, and not more often
 * than every ten seconds, it looks whether a file has changed; nothing polls. While what is new
 * cannot be used, because it is broken or only one of two files is there yet, the old certificates
 * stay, all of them, and one line says so.
 */
final class ReloadedKeys extends X509ExtendedKeyManager {
  private static final Duration CHECK_PERIOD = Duration.ofSeconds(10);

  private final List<TlsKeySource> sources;
  private final Clock clock;
  private final ReentrantLock checking = new ReentrantLock();
  private Optional<List<TlsKeySource.Stamp>> stamps;
  private Instant nextCheck;
  private volatile Loaded loaded;

  /**
   * What was there at one time; a handshake that chose from it before a change finds it as
   * previous.
   */
  private record Loaded(int number, List<ServerKey> keys, List<ServerKey> previous) {}

  /**
   * What an alias says: which loading it belongs to, which key of it, and the alias within that
   * key's manager.
   */
  private record Alias(int number, int place, String within) {
    static Alias parse(String text) {
      String[] parts = text.split(":", 3);
      return new Alias(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), parts[2]);
    }

    @Override
    public String toString() {
      return number + ":" + place + ":" + within;
    }
  }

  /**
   * @param sources the first has the default certificate
   * @throws IllegalArgumentException saying for a person what is wrong
   * @throws IOException when a file cannot be read
   */
  ReloadedKeys(List<TlsKeySource> sources, Clock clock) throws IOException {
    this.sources = List.copyOf(sources);
    this.clock = clock;
    this.stamps = stamps(); // before the content: what changes in between is seen later
    this.loaded = new Loaded(0, load(), List.of());
    this.nextCheck = clock.instant().plus(CHECK_PERIOD);
  }

  private List<ServerKey> load() throws IOException {
    List<ServerKey> keys = new ArrayList<>();
    for (TlsKeySource source : sources) {
      keys.addAll(source.load());
    }
    return List.copyOf(keys);
  }

  private Optional<List<TlsKeySource.Stamp>> stamps() {
    List<TlsKeySource.Stamp> found = new ArrayList<>();
    try {
      for (TlsKeySource source : sources) {
        found.addAll(source.stamps());
      }
      return Optional.of(found);
    } catch (IOException missing) {
      return Optional.empty();
    }
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
    var found = stamps();
    if (found.equals(stamps)) {
      return;
    }
    stamps = found; // also of what is broken: it is said once
    try {
      Loaded before = loaded;
      loaded = new Loaded(before.number() + 1, load(), before.keys());
      EventLog.info("certificate").with("sources", sources).with("result", "reloaded").write();
    } catch (IOException | IllegalArgumentException fault) {
      EventLog.error("certificate")
          .with("sources", sources)
          .with("result", "the old ones stay")
          .cause(fault)
          .write();
    }
  }

  private Optional<ServerKey> owner(Alias alias) {
    Loaded now = loaded;
    List<ServerKey> keys =
        alias.number() == now.number()
            ? now.keys()
            : alias.number() == now.number() - 1 ? now.previous() : List.of();
    return alias.place() < keys.size() ? Optional.of(keys.get(alias.place())) : Optional.empty();
  }

  /** The first key that suits the name and that can be used with this client. */
  private String choose(
      Optional<String> name, Function<X509ExtendedKeyManager, String> withinManager) {
    Loaded from = current();
    for (int place : ServerKey.suited(from.keys(), name)) {
      String within = withinManager.apply(from.keys().get(place).keys());
      if (within != null) {
        return new Alias(from.number(), place, within).toString();
      }
    }
    return null; // as the interface wants it: not with this type of key
  }

  @Override
  public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
    Optional<String> name =
        socket instanceof SSLSocket tls ? requested(tls.getHandshakeSession()) : Optional.empty();
    return choose(name, keys -> keys.chooseServerAlias(keyType, issuers, socket));
  }

  @Override
  public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
    Optional<String> name = requested(engine == null ? null : engine.getHandshakeSession());
    return choose(name, keys -> keys.chooseEngineServerAlias(keyType, issuers, engine));
  }

  private static Optional<String> requested(SSLSession session) {
    return session instanceof ExtendedSSLSession extended
        ? extended.getRequestedServerNames().stream()
            .filter(SNIHostName.class::isInstance)
            .map(name -> ((SNIHostName) name).getAsciiName())
            .findFirst()
        : Optional.empty();
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    Alias chosen = Alias.parse(alias);
    return owner(chosen).map(key -> key.keys().getCertificateChain(chosen.within())).orElse(null);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    Alias chosen = Alias.parse(alias);
    return owner(chosen).map(key -> key.keys().getPrivateKey(chosen.within())).orElse(null);
  }

  /** Nobody lists them: they are chosen one by one. */
  @Override
  public String[] getServerAliases(String keyType, Principal[] issuers) {
    return null;
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

package skypost.mail.signing;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import skypost.mail.auth.dkim.DkimSignature.Algorithm;
import skypost.mail.auth.dkim.DkimSigner;
import skypost.mail.signing.SigningPair.Half;
import skypost.protocol.log.EventLog;

/**
 * Signers of domains, remembered for a minute within a warm function: that is how long a retired
 * pair may go on signing, and why a message costs no read. A private key is opened once while its
 * pair signs, and let go when nobody has signed with it for a while. Thread safe.
 */
public final class Signers {
  /** What the DNS shows of a change takes longer. */
  static final Duration FRESH = Duration.ofMinutes(1);

  /** As long the keys of before do, while those of now cannot be had. */
  static final Duration STALE = Duration.ofHours(1);

  /** A key that nobody has signed with for so long is let go. */
  static final Duration IDLE = Duration.ofMinutes(15);

  private static final int MOST = 10_000;

  private final SigningKeys keys;
  private final KeyVault vault;
  private final Clock clock;
  private final Map<String, Known> known = new ConcurrentHashMap<>();
  private volatile Instant swept = Instant.EPOCH;

  public Signers(SigningKeys keys, KeyVault vault, Clock clock) {
    this.keys = keys;
    this.vault = vault;
    this.clock = clock;
  }

  /**
   * The signer for a domain, by its own keys or those of the nearest domain above that has some:
   * aligned with it in the relaxed way (RFC 9989 section 4.4).
   *
   * @throws IOException when the keys cannot be had: the message must wait, for it may be refused
   *     for good without a signature
   */
  public Optional<DkimSigner> of(String domain) throws IOException {
    forgetIdle();
    String name = domain;
    while (name.indexOf('.') > 0) { // no key is of a top-level domain
      Optional<DkimSigner> signer = known.computeIfAbsent(name, Known::new).signer();
      if (signer.isPresent()) {
        return signer;
      }
      name = name.substring(name.indexOf('.') + 1);
    }
    return Optional.empty();
  }

  private void forgetIdle() {
    Instant now = clock.instant();
    if (now.isBefore(swept.plus(FRESH))) {
      return;
    }
    swept = now;
    if (known.size() >= MOST) {
      known.clear();
    }
    known.values().removeIf(each -> each.isIdle(now));
  }

  /** One domain. Of many messages at once one has the keys read, and the others wait for that. */
  private final class Known {
    private final String domain;
    private Optional<SigningPair> pair = Optional.empty();
    private Optional<DkimSigner> signer = Optional.empty();
    private Instant read = Instant.MIN;
    private volatile Instant used = Instant.MAX;

    Known(String domain) {
      this.domain = domain;
    }

    boolean isIdle(Instant now) {
      return used.isBefore(now.minus(IDLE));
    }

    synchronized Optional<DkimSigner> signer() throws IOException {
      Instant now = clock.instant();
      used = now;
      if (!read.isAfter(now.minus(FRESH))) {
        try {
          refresh();
          read = now;
        } catch (IOException fault) {
          if (read.isBefore(now.minus(STALE))) {
            throw fault;
          }
          EventLog.warn("signing-keys-stale").with("domain", domain).cause(fault).write();
        }
      }
      return signer;
    }

    private void refresh() throws IOException {
      Optional<SigningPair> active = keys.of(domain).active();
      if (active.map(SigningPair::halves).equals(pair.map(SigningPair::halves))) {
        return;
      }
      Optional<DkimSigner> next =
          active.isEmpty() ? Optional.empty() : Optional.of(open(active.get()));
      pair = active;
      signer = next;
    }

    private DkimSigner open(SigningPair active) throws IOException {
      List<DkimSigner.Key> opened = new ArrayList<>();
      for (Half half : active.halves()) {
        var purpose = new KeyVault.Purpose(domain, half.selector());
        byte[] secret = vault.open(Base64.getDecoder().decode(half.sealed()), purpose);
        opened.add(
            new DkimSigner.Key(half.selector(), half.algorithm(), key(half.algorithm(), secret)));
        Arrays.fill(secret, (byte) 0);
      }
      return new DkimSigner(domain, opened);
    }
  }

  private static PrivateKey key(Algorithm algorithm, byte[] pkcs8) throws IOException {
    try {
      return KeyFactory.getInstance(algorithm == Algorithm.RSA_SHA256 ? "RSA" : "Ed25519")
          .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException malformed) {
      throw new IOException("a signing key is malformed", malformed);
    }
  }
}

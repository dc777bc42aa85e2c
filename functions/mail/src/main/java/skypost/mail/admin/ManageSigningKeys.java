package skypost.mail.admin;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.signing.DomainKeys;
import skypost.mail.signing.MakeSigningPair;
import skypost.mail.signing.SigningKeys;
import skypost.mail.signing.SigningPair;
import skypost.mail.signing.SigningPair.State;

/** Makes, changes and removes the keys that a domain signs with. */
public final class ManageSigningKeys {
  private static final int TRIES = 3; // against somebody who changes the same domain

  private final Directory directory;
  private final SigningKeys keys;
  private final MakeSigningPair make;
  private final Clock clock;

  public ManageSigningKeys(
      Directory directory, SigningKeys keys, MakeSigningPair make, Clock clock) {
    this.directory = directory;
    this.keys = keys;
    this.make = make;
    this.clock = clock;
  }

  /** Makes a pair of keys; it signs when it is activated. */
  public Outcome<SigningPair> create(String domain) throws IOException {
    Optional<Domain> known = directory.domain(domain);
    if (known.isEmpty()) {
      return new Outcome.Missing<>("domain " + domain);
    }
    if (known.get().kind() != Domain.Kind.LOCAL) {
      return new Outcome.Conflict<>(domain + " is a relay domain: its own servers sign");
    }
    for (int tries = 0; tries < TRIES; tries++) {
      DomainKeys present = keys.of(domain);
      if (present.pairs().size() >= DomainKeys.MOST) {
        return new Outcome.Conflict<>(
            domain + " has " + DomainKeys.MOST + " keys: delete one first");
      }
      SigningPair made = make.make(present, clock.instant());
      if (keys.replace(present.with(made))) {
        return new Outcome.Created<>(made);
      }
    }
    throw busy(domain);
  }

  /** All of a domain's, oldest first. */
  public Outcome<DomainKeys> list(String domain) throws IOException {
    return directory.domain(domain).isPresent()
        ? new Outcome.Done<>(keys.of(domain))
        : new Outcome.Missing<>("domain " + domain);
  }

  /** One of them. */
  public Outcome<SigningPair> find(String domain, String id) throws IOException {
    return keys.of(domain)
        .pair(id)
        .<Outcome<SigningPair>>map(Outcome.Done::new)
        .orElse(missing(domain, id));
  }

  /** Has a pair sign from now on; what signed before retires. */
  public Outcome<SigningPair> activate(String domain, String id) throws IOException {
    Instant now = now();
    return change(
        domain,
        id,
        present -> {
          List<SigningPair> changed = new ArrayList<>();
          present.active().ifPresent(old -> changed.add(old.in(new State.Retired(now))));
          changed.add(present.pair(id).orElseThrow().in(new State.Active(now)));
          return present.replacing(changed);
        },
        SigningPair::isActive);
  }

  /** Has a pair sign no more; without another active one nothing is signed. */
  public Outcome<SigningPair> retire(String domain, String id) throws IOException {
    Instant now = now();
    return change(
        domain,
        id,
        present ->
            present.replacing(List.of(present.pair(id).orElseThrow().in(new State.Retired(now)))),
        pair -> pair.state() instanceof State.Retired);
  }

  /** Removes a pair that does not sign. */
  public Outcome<SigningPair> delete(String domain, String id) throws IOException {
    for (int tries = 0; tries < TRIES; tries++) {
      DomainKeys present = keys.of(domain);
      Optional<SigningPair> pair = present.pair(id);
      if (pair.isEmpty()) {
        return missing(domain, id);
      }
      if (pair.get().isActive()) {
        return new Outcome.Conflict<>(id + " signs: activate another, or retire it first");
      }
      if (keys.replace(present.without(id))) {
        return new Outcome.Done<>(pair.get());
      }
    }
    throw busy(domain);
  }

  private Outcome<SigningPair> change(
      String domain,
      String id,
      Function<DomainKeys, DomainKeys> changing,
      Function<SigningPair, Boolean> isDone)
      throws IOException {
    for (int tries = 0; tries < TRIES; tries++) {
      DomainKeys present = keys.of(domain);
      Optional<SigningPair> pair = present.pair(id);
      if (pair.isEmpty()) {
        return missing(domain, id);
      }
      if (isDone.apply(pair.get())) {
        return new Outcome.Done<>(pair.get());
      }
      DomainKeys next = changing.apply(present);
      if (keys.replace(next)) {
        return new Outcome.Done<>(next.pair(id).orElseThrow());
      }
    }
    throw busy(domain);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  private static IOException busy(String domain) {
    return new IOException("the keys of " + domain + " are being changed by others");
  }

  private static <T> Outcome<T> missing(String domain, String id) {
    return new Outcome.Missing<>("key " + id + " of " + domain);
  }
}

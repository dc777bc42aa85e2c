package skypost.mail.admin;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.Page;
import skypost.mail.directory.Suppressions;
import skypost.mail.directory.Suppressions.Suppression;
import skypost.protocol.address.EmailAddress;

/** Keeps the addresses to which the senders of a local domain write no more. */
public final class ManageSuppressions {
  private final Directory directory;
  private final Suppressions suppressions;
  private final Clock clock;

  public ManageSuppressions(Directory directory, Suppressions suppressions, Clock clock) {
    this.directory = directory;
    this.suppressions = suppressions;
    this.clock = clock;
  }

  /** The addresses of a domain. */
  public Outcome<Page<Suppression>> list(String domain, int limit, Optional<String> next)
      throws IOException {
    Optional<Outcome<Page<Suppression>>> refusal = refusal(domain);
    return refusal.isPresent()
        ? refusal.get()
        : new Outcome.Done<>(suppressions.list(domain, limit, next, clock.instant()));
  }

  public Outcome<Suppression> find(String domain, EmailAddress address) throws IOException {
    Optional<Outcome<Suppression>> refusal = refusal(domain);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    return suppressions
        .find(domain, address, clock.instant())
        .<Outcome<Suppression>>map(Outcome.Done::new)
        .orElseGet(() -> missing(address));
  }

  /**
   * Suppresses an address by hand. It counts when suppression is on for the domain.
   *
   * @param keep how long; empty: until it is lifted
   */
  public Outcome<Suppression> put(
      String domain, EmailAddress address, String reason, Optional<Duration> keep)
      throws IOException {
    Optional<Outcome<Suppression>> refusal = refusal(domain);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    boolean present = suppressions.find(domain, address, now).isPresent();
    Suppression made =
        new Suppression(
            address, now, reason, keep.map(time -> now.plus(time).truncatedTo(ChronoUnit.SECONDS)));
    suppressions.put(domain, made);
    return present ? new Outcome.Done<>(made) : new Outcome.Created<>(made);
  }

  /** Lifts a suppression. */
  public Outcome<EmailAddress> delete(String domain, EmailAddress address) throws IOException {
    Optional<Outcome<EmailAddress>> refusal = refusal(domain);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    return suppressions.remove(domain, address) ? new Outcome.Done<>(address) : missing(address);
  }

  private static <T> Outcome<T> missing(EmailAddress address) {
    return new Outcome.Missing<>("suppression of " + address);
  }

  private <T> Optional<Outcome<T>> refusal(String domain) throws IOException {
    Optional<Domain> found = directory.domain(domain);
    if (found.isEmpty()) {
      return Optional.of(new Outcome.Missing<>("domain " + domain));
    }
    return found.get().kind() == Domain.Kind.LOCAL
        ? Optional.empty()
        : Optional.of(
            new Outcome.Conflict<>(domain + " is a relay domain: it has no senders here"));
  }
}

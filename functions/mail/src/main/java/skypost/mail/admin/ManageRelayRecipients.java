package skypost.mail.admin;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.Page;
import skypost.mail.directory.RelayRecipients;
import skypost.protocol.address.EmailAddress;

/** Keeps the lists of recipients that relay domains have. */
public final class ManageRelayRecipients {
  /** Addresses that one request may put: as many as can be written within an API call's time. */
  public static final int MAX_ADDRESSES = 10_000;

  private static final int AT_ONCE = 1000;

  private final Directory directory;
  private final RelayRecipients recipients;

  public ManageRelayRecipients(Directory directory, RelayRecipients recipients) {
    this.directory = directory;
    this.recipients = recipients;
  }

  /** The list of a domain. */
  public Outcome<Page<EmailAddress>> list(String domain, int limit, Optional<String> next)
      throws IOException {
    Optional<Outcome<Page<EmailAddress>>> refusal = refusal(domain);
    return refusal.isPresent()
        ? refusal.get()
        : new Outcome.Done<>(recipients.list(domain, limit, next));
  }

  /**
   * Makes the list these addresses and no others. New ones come before old ones go, so that nobody
   * who stays is refused in between.
   *
   * @param addresses canonical, all of the domain
   */
  public Outcome<Integer> replace(String domain, List<EmailAddress> addresses) throws IOException {
    Optional<Outcome<Integer>> refusal = refusal(domain);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    Set<EmailAddress> wanted = new HashSet<>(addresses);
    List<EmailAddress> present = all(domain);
    wanted.removeAll(new HashSet<>(present));
    recipients.put(wanted);
    wanted.addAll(addresses);
    recipients.remove(present.stream().filter(address -> !wanted.contains(address)).toList());
    return new Outcome.Done<>(wanted.size());
  }

  /** Lists one address more. */
  public Outcome<EmailAddress> put(EmailAddress address) throws IOException {
    Optional<Outcome<EmailAddress>> refusal = refusal(address.domain());
    if (refusal.isPresent()) {
      return refusal.get();
    }
    boolean present = recipients.contains(address);
    recipients.put(List.of(address));
    return present ? new Outcome.Done<>(address) : new Outcome.Created<>(address);
  }

  public Outcome<EmailAddress> find(EmailAddress address) throws IOException {
    Optional<Outcome<EmailAddress>> refusal = refusal(address.domain());
    if (refusal.isPresent()) {
      return refusal.get();
    }
    return recipients.contains(address)
        ? new Outcome.Done<>(address)
        : new Outcome.Missing<>("recipient " + address);
  }

  /** Strikes an address off. */
  public Outcome<EmailAddress> delete(EmailAddress address) throws IOException {
    Outcome<EmailAddress> found = find(address);
    if (found instanceof Outcome.Done<EmailAddress>) {
      recipients.remove(List.of(address));
    }
    return found;
  }

  /** Strikes all addresses of a domain off, whatever it is now. */
  public void clear(String domain) throws IOException {
    recipients.remove(all(domain));
  }

  private List<EmailAddress> all(String domain) throws IOException {
    List<EmailAddress> all = new ArrayList<>();
    Optional<String> next = Optional.empty();
    do {
      Page<EmailAddress> page = recipients.list(domain, AT_ONCE, next);
      all.addAll(page.items());
      next = page.next();
    } while (next.isPresent());
    return all;
  }

  private <T> Optional<Outcome<T>> refusal(String domain) throws IOException {
    Optional<Domain> found = directory.domain(domain);
    if (found.isEmpty()) {
      return Optional.of(new Outcome.Missing<>("domain " + domain));
    }
    return found.get().kind() == Domain.Kind.RELAY
        ? Optional.empty()
        : Optional.of(
            new Outcome.Conflict<>(
                domain + " is a local domain: its recipients are its users and aliases"));
  }
}

package skypost.mail.admin;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.FolderTimes;
import skypost.mail.directory.MailboxRules;
import skypost.mail.directory.Page;
import skypost.mail.directory.RelayRecipients;
import skypost.mail.mailbox.DomainUsage;
import skypost.mail.mailbox.ExpiringMailboxes;
import skypost.mail.signing.SigningKeys;

/** Makes, changes and removes domains. */
public final class ManageDomains {
  private final Directory directory;
  private final ManageRelayRecipients recipients;
  private final SigningKeys keys;
  private final ExpiringMailboxes expiring;
  private final DomainUsage usage;

  public ManageDomains(
      Directory directory,
      RelayRecipients recipients,
      SigningKeys keys,
      ExpiringMailboxes expiring,
      DomainUsage usage) {
    this.directory = directory;
    this.keys = keys;
    this.expiring = expiring;
    this.usage = usage;
    this.recipients = new ManageRelayRecipients(directory, recipients);
  }

  /** Makes or replaces a domain. A local domain stays local while it has accounts. */
  public Outcome<Domain> put(Domain domain) throws IOException {
    Optional<Domain> present = directory.domain(domain.name());
    return store(
        present,
        domain,
        () -> {
          directory.putDomain(domain);
          return true;
        });
  }

  /** Replaces a domain unless somebody else has changed it since {@link #look} gave it. */
  public Outcome<Domain> replace(Domain seen, Domain next) throws IOException {
    return store(Optional.of(seen), next, () -> directory.replaceDomain(seen, next));
  }

  /** Writes, or finds that it is too late for that. */
  @FunctionalInterface
  private interface Write {
    boolean made() throws IOException;
  }

  private Outcome<Domain> store(Optional<Domain> present, Domain domain, Write write)
      throws IOException {
    if (domain.kind() == Domain.Kind.LOCAL && domain.primary().isPresent()) {
      return new Outcome.Invalid<>("primary", "only a relay domain has a primary");
    }
    if (domain.kind() == Domain.Kind.LOCAL
        && domain.recipientCheck() != Domain.RecipientCheck.NONE) {
      return new Outcome.Invalid<>(
          "recipients.check", "a local domain's recipients are its users and aliases");
    }
    if (domain.kind() == Domain.Kind.RELAY && !domain.mailboxes().equals(MailboxRules.NONE)) {
      return new Outcome.Invalid<>("kind", "a relay domain has no mailboxes to set limits for");
    }
    if (domain.kind() == Domain.Kind.RELAY && hasAccounts(domain.name())) {
      return new Outcome.Conflict<>(
          domain.name() + " has accounts: delete them before it becomes a relay domain");
    }
    if (!write.made()) {
      return new Outcome.Conflict<>(domain.name() + " has just been changed: read it again");
    }
    FolderTimes times = domain.mailboxes().times();
    if (!times.isEmpty()
        && present.filter(before -> before.mailboxes().times().equals(times)).isEmpty()) {
      expiring.registerAll(domain.name(), Instant.EPOCH); // by the next sweep
    }
    return present.isEmpty() ? new Outcome.Created<>(domain) : new Outcome.Done<>(domain);
  }

  public Outcome<Domain> find(String name) throws IOException {
    return directory.domain(name).<Outcome<Domain>>map(Outcome.Done::new).orElse(missing(name));
  }

  /** As it is now, for a change in part. */
  public Outcome<Domain> look(String name) throws IOException {
    return directory.domainNow(name).<Outcome<Domain>>map(Outcome.Done::new).orElse(missing(name));
  }

  public Page<Domain> list(int limit, Optional<String> next) throws IOException {
    return directory.domains(limit, next);
  }

  /**
   * Removes a domain that has no accounts any more, with it its list of recipients, its signing
   * keys and what was counted of its mailboxes.
   */
  public Outcome<Domain> delete(String name) throws IOException {
    Optional<Domain> present = directory.domain(name);
    if (present.isEmpty()) {
      return missing(name);
    }
    if (hasAccounts(name)) {
      return new Outcome.Conflict<>(name + " has accounts: delete them first");
    }
    recipients.clear(name);
    keys.forget(name);
    usage.forget(name);
    directory.deleteDomain(name);
    return new Outcome.Done<>(present.get());
  }

  private boolean hasAccounts(String name) throws IOException {
    return !directory.accounts(name, 1, Optional.empty()).items().isEmpty();
  }

  private static Outcome<Domain> missing(String name) {
    return new Outcome.Missing<>("domain " + name);
  }
}

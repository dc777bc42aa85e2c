package skypost.mail.admin;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import skypost.mail.directory.Account;
import skypost.mail.directory.Account.User;
import skypost.mail.directory.Credentials;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.LoginSecrets;
import skypost.mail.directory.Page;
import skypost.mail.directory.ScramKeys;
import skypost.mail.directory.StoredPassword;
import skypost.mail.filter.Filters;
import skypost.mail.mailbox.ExpiringMailboxes;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.AfterRetrieval;
import skypost.mail.sieve.run.FilterMemories;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramSalt;

/** Makes, changes and removes users with their mailboxes and passwords. */
public final class ManageUsers {
  private final Directory directory;
  private final Credentials credentials;
  private final Mailboxes mailboxes;
  private final ExpiringMailboxes expiring;
  private final Filters filters;
  private final FilterMemories memories;
  private final FreeBodies bodies;
  private final SecureRandom random;

  /** What belongs to users. */
  public record Ports(
      Directory directory,
      Credentials credentials,
      Mailboxes mailboxes,
      ExpiringMailboxes expiring,
      Filters filters,
      FilterMemories memories) {}

  public ManageUsers(Ports ports, FreeBodies bodies, SecureRandom random) {
    this.directory = ports.directory();
    this.credentials = ports.credentials();
    this.mailboxes = ports.mailboxes();
    this.expiring = ports.expiring();
    this.filters = ports.filters();
    this.memories = ports.memories();
    this.bodies = bodies;
    this.random = random;
  }

  /**
   * Makes or replaces a user.
   *
   * @param password needed for a new user; empty: the present one stays
   */
  public Outcome<User> put(User user, Optional<String> password) throws IOException {
    return store(user, password, () -> directory.putAccount(user), isAlias(user.address()));
  }

  /**
   * Replaces a user unless somebody else has changed it since {@link #look} gave it.
   *
   * @param password empty: the present one stays
   */
  public Outcome<User> replace(User seen, User next, Optional<String> password) throws IOException {
    var late = new Outcome.Conflict<User>(next.address() + " has just been changed: read it again");
    return store(next, password, () -> directory.replaceUser(seen, next), late);
  }

  /** Writes the account, or finds that it is too late for that. */
  @FunctionalInterface
  private interface Write {
    boolean made() throws IOException;
  }

  private Outcome<User> store(User user, Optional<String> password, Write write, Outcome<User> late)
      throws IOException {
    EmailAddress address = user.address();
    Optional<Outcome<User>> refusal = check(address);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    Optional<Account> present = directory.account(address);
    if (present.isPresent() && present.get() instanceof Account.Alias) {
      return isAlias(address);
    }
    Optional<LoginSecrets> secrets = credentials.find(address);
    if (password.isEmpty() && secrets.isEmpty()) {
      return new Outcome.Invalid<>("password", "a new user needs one");
    }
    // Mailbox and password first: an address that the directory shows can be delivered to, and no
    // step is lost half-way.
    if (!createMailbox(user)) { // an earlier one was not removed to the end
      removeMailbox(address);
      createMailbox(user);
    }
    if (password.isPresent()) {
      // the salt stays, for the app passwords' keys were made with it
      ScramSalt salt = secrets.flatMap(LoginSecrets::salt).orElseGet(() -> ScramKeys.salt(random));
      credentials.put(address, salt, StoredPassword.of(password.get(), salt, random));
    }
    if (!write.made()) {
      if (directory.accountNow(address).filter(User.class::isInstance).isEmpty()) {
        remove(address); // somebody removed it, or made an alias of that name, this very moment
      }
      return late;
    }
    boolean sameTimes =
        present
            .filter(before -> before instanceof User had && had.times().equals(user.times()))
            .isPresent();
    if (!user.times().isEmpty() && !sameTimes) {
      expiring.register(address, Instant.EPOCH); // what lies there may be over its time: look soon
    }
    return present.isEmpty() ? new Outcome.Created<>(user) : new Outcome.Done<>(user);
  }

  public Outcome<User> find(EmailAddress address) throws IOException {
    return directory
        .account(address)
        .filter(User.class::isInstance)
        .<Outcome<User>>map(account -> new Outcome.Done<>((User) account))
        .orElse(new Outcome.Missing<>("user " + address));
  }

  /** As it is now, for a change in part. */
  public Outcome<User> look(EmailAddress address) throws IOException {
    return directory.accountNow(address).orElse(null) instanceof User user
        ? new Outcome.Done<>(user)
        : new Outcome.Missing<>("user " + address);
  }

  /** The users of a domain, or of all. */
  public Page<User> list(Optional<String> domain, int limit, Optional<String> next)
      throws IOException {
    ListAccounts accounts = new ListAccounts(directory);
    return domain.isPresent()
        ? accounts.ofDomain(User.class, domain.get(), limit, next)
        : accounts.ofAllDomains(User.class, limit, next);
  }

  /** Removes a user, what is in the mailbox, and every body that nobody else needs. */
  public Outcome<User> delete(EmailAddress address) throws IOException {
    Outcome<User> found = find(address);
    if (found instanceof Outcome.Done<User>) {
      remove(address);
      directory.deleteAccount(
          address); // last: until then the same request finds the user and goes on
    }
    return found;
  }

  private void remove(EmailAddress address) throws IOException {
    credentials.delete(address);
    filters.delete(address);
    memories.forget(address);
    removeMailbox(address);
  }

  private boolean createMailbox(User user) throws IOException {
    return mailboxes.create(
        user.address(),
        user.quotaBytes(),
        user.deleteAfterRetrieval() ? AfterRetrieval.DELETE : AfterRetrieval.KEEP);
  }

  private void removeMailbox(EmailAddress address) throws IOException {
    mailboxes.delete(
        address,
        messages -> {
          try (FreeBodies.Batch freed = bodies.heldBy(address.toString())) {
            messages.forEach(freed::add);
          }
        });
  }

  private Optional<Outcome<User>> check(EmailAddress address) throws IOException {
    if (address.local().equals(Account.CATCH_ALL)) {
      return Optional.of(new Outcome.Invalid<>("address", "the catch-all is an alias, not a user"));
    }
    Optional<Domain> domain = directory.domain(address.domain());
    if (domain.isEmpty()) {
      return Optional.of(new Outcome.Missing<>("domain " + address.domain()));
    }
    if (domain.get().kind() != Domain.Kind.LOCAL) {
      return Optional.of(
          new Outcome.Conflict<>(
              address.domain() + " is a relay domain: it has no mailboxes here"));
    }
    return Optional.empty();
  }

  private static Outcome<User> isAlias(EmailAddress address) {
    return new Outcome.Conflict<>(address + " is an alias");
  }
}

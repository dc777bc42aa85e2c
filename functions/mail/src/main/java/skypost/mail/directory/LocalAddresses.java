package skypost.mail.directory;

import java.io.IOException;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/** Which account takes the mail for an address of a local domain. */
public final class LocalAddresses {
  private static final char SUBADDRESS = '+'; // RFC 5233 section 4, the separator that senders know

  private static final int PAGE = 100;

  private final Directory directory;

  public LocalAddresses(Directory directory) {
    this.directory = directory;
  }

  /**
   * The account as written, or without the part after the plus sign, or the catch-all of the
   * domain, in this order. Mail for a postmaster whom nobody has named goes to the domain's first
   * user: somebody must get it (RFC 5321 section 4.5.1). So does what comes to {@link
   * ReportAddresses} and no account has.
   *
   * @param address of a domain that is known to be local
   */
  public Optional<Account> find(EmailAddress address) throws IOException {
    EmailAddress canonical = address.canonical();
    Optional<Account> account = directory.account(canonical);
    int plus = canonical.local().indexOf(SUBADDRESS);
    if (account.isEmpty() && plus > 0) {
      account =
          directory.account(
              new EmailAddress(canonical.local().substring(0, plus), canonical.domain()));
    }
    if (account.isEmpty() && ReportAddresses.contains(canonical)) {
      return find(Postmaster.of(canonical.domain()));
    }
    if (account.isEmpty()) {
      account = directory.account(new EmailAddress(Account.CATCH_ALL, canonical.domain()));
    }
    if (account.isEmpty() && Postmaster.is(canonical)) {
      account = firstUser(canonical.domain());
    }
    return account;
  }

  private Optional<Account> firstUser(String domain) throws IOException {
    Page<Account> page = directory.accounts(domain, PAGE, Optional.empty());
    while (true) {
      Optional<Account> user =
          page.items().stream().filter(Account.User.class::isInstance).findFirst();
      if (user.isPresent() || page.next().isEmpty()) {
        return user;
      }
      page = directory.accounts(domain, PAGE, page.next());
    }
  }
}

package skypost.mail.directory;

import java.io.IOException;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/**
 * Domains, accounts and relay settings. Reads may be a moment old (eventually consistent) unless
 * said otherwise; every method throws {@link IOException} when the answer cannot be had now.
 */
public interface Directory {
  /** A domain by its canonical name; one that was made is found at once. */
  Optional<Domain> domain(String name) throws IOException;

  /** A domain as it is, never as it was before: what a change in part is made from. */
  Optional<Domain> domainNow(String name) throws IOException;

  /** Domains in the order of their names. */
  Page<Domain> domains(int limit, Optional<String> next) throws IOException;

  /** Makes or replaces a domain. */
  void putDomain(Domain domain) throws IOException;

  /**
   * Replaces a domain if it still is as somebody has seen it.
   *
   * @param seen what {@link #domainNow} gave
   * @return false, and nothing changed, when it is neither as seen nor as wanted by now
   */
  boolean replaceDomain(Domain seen, Domain next) throws IOException;

  /** Removes a domain; false when there was none. Its accounts must be gone before. */
  boolean deleteDomain(String name) throws IOException;

  /**
   * The account with exactly this canonical address; no plus address, no catch-all. One that was
   * made is found at once.
   */
  Optional<Account> account(EmailAddress address) throws IOException;

  /** An account as it is, never as it was before: what a change in part is made from. */
  Optional<Account> accountNow(EmailAddress address) throws IOException;

  /** The accounts of a domain in the order of their addresses. */
  Page<Account> accounts(String domain, int limit, Optional<String> next) throws IOException;

  /**
   * Makes or replaces an account. The filter of a user stays as it is.
   *
   * @return false, and nothing changed, when the address is an account of the other kind
   */
  boolean putAccount(Account account) throws IOException;

  /**
   * Replaces a user if it still is as somebody has seen it. The filter does not count, and stays as
   * it is.
   *
   * @param seen what {@link #accountNow} gave
   * @return false, and nothing changed, when it is neither as seen nor as wanted by now
   */
  boolean replaceUser(Account.User seen, Account.User next) throws IOException;

  /** Removes an account; false when there was none. */
  boolean deleteAccount(EmailAddress address) throws IOException;

  /** The settings last put, never older ones, or empty when none ever were. */
  Optional<RelaySettings> relay() throws IOException;

  /** Replaces the relay settings. */
  void putRelay(RelaySettings settings) throws IOException;

  /**
   * Replaces the relay settings if they still are as somebody has seen them.
   *
   * @param seen what {@link #relay} gave
   * @return false, and nothing changed, when others have been put since
   */
  boolean replaceRelay(Optional<RelaySettings> seen, RelaySettings next) throws IOException;
}

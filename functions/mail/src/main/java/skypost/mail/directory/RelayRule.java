package skypost.mail.directory;

import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/**
 * A rule about mail that a logged-in user or a client of a trusted network sends. Whoever is
 * neither is never helped by a rule: no rule can make an open relay.
 *
 * <p>A rule with {@code as} decides who may write as whom; one without decides where mail to others
 * than our local users may go. Either question is answered by the first rule that fits.
 *
 * @param name what the administrator calls it; unique
 * @param user whose mail: this login's; empty: everybody's
 * @param domain whose mail: that of senders in this domain, of the login where there is no sender
 *     (a receipt); empty: everybody's
 * @param as sender addresses that the user may, or may not, write as
 * @param to recipients; empty: all
 * @param action what becomes of such mail
 */
public record RelayRule(
    String name,
    Optional<EmailAddress> user,
    Optional<AddressPattern> domain,
    Optional<AddressPattern> as,
    Optional<AddressPattern> to,
    Action action) {
  public RelayRule {
    if (as.isPresent() && user.isEmpty()) {
      throw new IllegalArgumentException("who may write as somebody else? " + name);
    }
    user = user.map(EmailAddress::canonical);
  }

  /** What a rule says. */
  public enum Action {
    ALLOW,
    DENY
  }

  /**
   * Mail to be decided on.
   *
   * @param login who has logged in; empty: a client of a trusted network
   * @param sender the reverse-path
   * @param recipient one recipient
   */
  public record Mail(
      Optional<EmailAddress> login, Optional<EmailAddress> sender, EmailAddress recipient) {
    public Mail {
      login = login.map(EmailAddress::canonical);
    }
  }

  /** Whether it is about who writes as whom. */
  public boolean isAboutSender() {
    return as.isPresent();
  }

  public boolean denies() {
    return action == Action.DENY;
  }

  /** Whether it decides on this mail, if no rule before it does. */
  public boolean fits(Mail mail) {
    return (user.isEmpty() || user.equals(mail.login()))
        && (domain.isEmpty() || isOfDomain(domain.get(), mail))
        && (as.isEmpty() || mail.sender().filter(as.get()::matches).isPresent())
        && (to.isEmpty() || to.get().matches(mail.recipient()));
  }

  private static boolean isOfDomain(AddressPattern domain, Mail mail) {
    return mail.sender()
        .or(mail::login)
        .filter(owner -> domain.matchesDomain(owner.domain()))
        .isPresent();
  }

  /**
   * Whether it can ever decide on what this user sends under the user's own address, whoever the
   * recipient is.
   */
  public boolean concerns(EmailAddress own) {
    return (user.isEmpty() || user.get().equals(own))
        && (domain.isEmpty() || domain.get().matchesDomain(own.domain()))
        && (as.isEmpty() || as.get().matches(own));
  }
}

package skypost.mail.authorize;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import skypost.mail.authorize.Authorizer.Grant;
import skypost.mail.authorize.Authorizer.LoginAnswer;
import skypost.mail.authorize.Authorizer.LoginQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.directory.AddressPattern;
import skypost.mail.directory.Credentials;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.Page;
import skypost.mail.directory.PasswordHash;
import skypost.mail.directory.RelayRule;
import skypost.mail.directory.RelaySettings;
import skypost.protocol.address.EmailAddress;

/** Checks logins. A failure looks the same, and takes as long, whether the user exists or not. */
public final class AuthorizeLogin {
  private static final int MAX_PASSWORD =
      1024; // characters; hashing cost must not grow with what a stranger sends
  private static final int MAX_DOMAINS_IN_GRANT = 100;

  private final Credentials credentials;
  private final Directory directory;

  public AuthorizeLogin(Credentials credentials, Directory directory) {
    this.credentials = credentials;
    this.directory = directory;
  }

  /** Decides on a login. */
  public LoginAnswer decide(LoginQuestion question) throws IOException {
    Optional<EmailAddress> user =
        EmailAddress.parse(question.username()).map(EmailAddress::canonical);
    Optional<String> hash = user.isPresent() ? credentials.hash(user.get()) : Optional.empty();
    boolean sane = question.password().length() <= MAX_PASSWORD;
    boolean right =
        hash.isPresent() && sane
            ? PasswordHash.matches(question.password(), hash.get())
            : PasswordHash.matchesNobody(sane ? question.password() : "");
    return right
        ? new LoginAnswer.Accepted(user.get(), grant(question.service(), user.get()))
        : new LoginAnswer.Refused();
  }

  /**
   * With few domains a submission needs no second question: only mail to our own domains, and to
   * those that rules name, is asked about.
   */
  private Grant grant(Service service, EmailAddress user) throws IOException {
    if (service != Service.SUBMISSION) {
      return Grant.NONE;
    }
    Page<Domain> domains = directory.domains(MAX_DOMAINS_IN_GRANT, Optional.empty());
    if (domains.next().isPresent()) {
      return Grant.NONE;
    }
    Set<String> asked = new LinkedHashSet<>();
    domains.items().forEach(domain -> asked.add(domain.name()));
    List<RelayRule> rules =
        directory.relay().map(RelaySettings::rules).orElse(List.of()).stream()
            .filter(rule -> rule.denies() && rule.concerns(user)) // the others only allow more
            .toList();
    for (RelayRule rule : rules) {
      Optional<String> only = rule.to().flatMap(AddressPattern::onlyDomain);
      if (only.isEmpty()) {
        return Grant.NONE;
      }
      asked.add(only.get());
    }
    return asked.size() > MAX_DOMAINS_IN_GRANT
        ? Grant.NONE
        : new Grant(List.of(user), List.copyOf(asked));
  }
}

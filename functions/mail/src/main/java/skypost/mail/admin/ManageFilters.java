package skypost.mail.admin;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.Account;
import skypost.mail.directory.Directory;
import skypost.mail.filter.Filter;
import skypost.mail.filter.Filters;
import skypost.mail.sieve.compile.ScriptCompiler;
import skypost.mail.sieve.compile.ScriptCompiler.Compiled;
import skypost.mail.sieve.grammar.ScriptError;
import skypost.mail.sieve.script.Script;
import skypost.protocol.address.EmailAddress;

/** Sets, shows and removes users' filters. A script is checked before it is kept. */
public final class ManageFilters {
  /** Characters of a script: what is kept must fit into an item of DynamoDB with its source. */
  public static final int MAX_SCRIPT = 64 * 1024;

  private static final int MAX_ERRORS = 5;

  private final Directory directory;
  private final Filters filters;

  public ManageFilters(Directory directory, Filters filters) {
    this.directory = directory;
    this.filters = filters;
  }

  /**
   * Sets or replaces a user's filter.
   *
   * @param filter with a script that may be wrong
   */
  public Outcome<Filter> put(EmailAddress user, Filter filter) throws IOException {
    Optional<Account.User> account = user(user);
    if (account.isEmpty()) {
      return missing(user);
    }
    if (compile(filter.script()) instanceof Outcome.Invalid<Script>(String field, String why)) {
      return new Outcome.Invalid<>(field, why);
    }
    if (!filters.put(user, filter)) {
      return missing(user); // gone this very moment
    }
    return account.get().filter().isEmpty()
        ? new Outcome.Created<>(filter)
        : new Outcome.Done<>(filter);
  }

  /** A script that can run, or where it is wrong. */
  static Outcome<Script> compile(String script) {
    if (script.length() > MAX_SCRIPT) {
      return new Outcome.Invalid<>("script", "has more than " + MAX_SCRIPT + " characters");
    }
    return switch (ScriptCompiler.compile(script)) {
      case Compiled.Ready(Script ready) -> new Outcome.Done<>(ready);
      case Compiled.Refused(List<ScriptError> errors) ->
          new Outcome.Invalid<>(
              "script",
              String.join(
                  "; ", errors.stream().limit(MAX_ERRORS).map(ManageFilters::shown).toList()));
    };
  }

  private static String shown(ScriptError error) {
    return "line " + error.at().line() + ", column " + error.at().column() + ": " + error.message();
  }

  public Outcome<Filter> find(EmailAddress user) throws IOException {
    if (user(user).isEmpty()) {
      return missing(user);
    }
    return filters
        .find(user)
        .<Outcome<Filter>>map(Outcome.Done::new)
        .orElse(new Outcome.Missing<>("filter of " + user));
  }

  /** Removes a user's filter: all mail goes to INBOX from now on. */
  public Outcome<EmailAddress> delete(EmailAddress user) throws IOException {
    return filters.delete(user)
        ? new Outcome.Done<>(user)
        : new Outcome.Missing<>("filter of " + user);
  }

  private Optional<Account.User> user(EmailAddress address) throws IOException {
    return directory
        .account(address)
        .filter(Account.User.class::isInstance)
        .map(Account.User.class::cast);
  }

  private static <T> Outcome<T> missing(EmailAddress user) {
    return new Outcome.Missing<>("user " + user);
  }
}

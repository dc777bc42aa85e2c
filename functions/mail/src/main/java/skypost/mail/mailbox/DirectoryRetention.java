package skypost.mail.mailbox;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.Account;
import skypost.mail.directory.CachedDomains;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.FolderTimes;
import skypost.protocol.address.EmailAddress;

/** Retention as the directory has it: a user's own, and his domain's for the other folders. */
public final class DirectoryRetention implements Retention {
  private final Directory directory;
  private final CachedDomains domains;

  public DirectoryRetention(Directory directory, Clock clock) {
    this.directory = directory;
    this.domains = new CachedDomains(directory, clock);
  }

  @Override
  public Map<String, Duration> of(EmailAddress user) throws IOException {
    Optional<Account> account = directory.account(user);
    if (account.isEmpty() || !(account.get() instanceof Account.User found)) {
      return Map.of(); // on its way out
    }
    FolderTimes ofDomain =
        domains
            .find(user.domain())
            .map(Domain::mailboxes)
            .map(rules -> rules.times())
            .orElse(FolderTimes.NONE);
    FolderTimes times = found.times().over(ofDomain);
    Map<String, Duration> kept = new HashMap<>();
    for (String folder : times.days().keySet()) {
      times.of(folder).ifPresent(time -> kept.put(folder, time));
    }
    return kept;
  }
}

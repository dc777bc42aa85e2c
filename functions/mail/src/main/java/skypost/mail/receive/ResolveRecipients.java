package skypost.mail.receive;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.directory.Account;
import skypost.mail.directory.CachedDomains;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.LocalAddresses;
import skypost.mail.directory.Postmaster;
import skypost.mail.message.Envelope.Recipient;
import skypost.mail.receive.Resolution.Failed;
import skypost.mail.receive.Resolution.Local;
import skypost.mail.receive.Resolution.Remote;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/**
 * Follows aliases until mailboxes and foreign addresses remain. Nobody gets a message twice, and no
 * loop holds it up.
 */
final class ResolveRecipients {
  private static final int MAX_DESTINATIONS = 1000;
  private static final SmtpReply UNKNOWN = SmtpReply.of(550, 1, 1, "no such mailbox here");
  private static final SmtpReply LOOP =
      SmtpReply.of(554, 4, 6, "the alias leads only to itself"); // RFC 3463, 5.4.6
  private static final SmtpReply TOO_MANY =
      SmtpReply.of(554, 5, 3, "the aliases lead to too many recipients");

  private final CachedDomains domains;
  private final LocalAddresses addresses;
  private final Postmaster postmaster;

  ResolveRecipients(Directory directory, String hostname, Clock clock) {
    this.domains = new CachedDomains(directory, clock);
    this.addresses = new LocalAddresses(directory);
    this.postmaster = new Postmaster(directory, hostname);
  }

  Resolution resolve(List<Recipient> recipients) throws IOException {
    Map<EmailAddress, Local> local = new LinkedHashMap<>();
    Map<EmailAddress, Remote> remote = new LinkedHashMap<>();
    List<Failed> failed = new ArrayList<>();
    for (Recipient given : recipients) {
      Walk walk = new Walk(given, local, remote);
      walk.follow(postmaster.home(given.address()));
      walk.failure().ifPresent(failed::add);
    }
    return new Resolution(List.copyOf(local.values()), List.copyOf(remote.values()), failed);
  }

  /** The way from one recipient through the aliases. */
  private final class Walk {
    private final Recipient given;
    private final Map<EmailAddress, Local> local;
    private final Map<EmailAddress, Remote> remote;
    private final Set<EmailAddress> seen = new HashSet<>();
    private boolean arrived;
    private Optional<Failed> failure = Optional.empty();

    Walk(Recipient given, Map<EmailAddress, Local> local, Map<EmailAddress, Remote> remote) {
      this.given = given;
      this.local = local;
      this.remote = remote;
    }

    void follow(EmailAddress address) throws IOException {
      if (local.size() + remote.size() >= MAX_DESTINATIONS) {
        fail(address, TOO_MANY);
        return;
      }
      if (domains
          .find(address.domain())
          .filter(domain -> domain.kind() == Domain.Kind.LOCAL)
          .isEmpty()) {
        remote.putIfAbsent(address, new Remote(given, address));
        arrived = true;
        return;
      }
      Optional<Account> account = addresses.find(address);
      if (account.isEmpty()) {
        fail(address, UNKNOWN);
        return;
      }
      if (!seen.add(account.get().address())) {
        return; // a loop, or two ways to one account
      }
      switch (account.get()) {
        case Account.User user -> {
          local.putIfAbsent(user.address(), new Local(given, user.address()));
          arrived = true;
        }
        case Account.Alias alias -> {
          for (EmailAddress target : alias.targets()) {
            follow(target);
          }
        }
      }
    }

    private void fail(EmailAddress address, SmtpReply reply) {
      failure = Optional.of(new Failed(given, address, reply));
    }

    /** A recipient has failed when a target is unknown, or when its aliases lead nowhere at all. */
    Optional<Failed> failure() {
      return failure.isPresent() || arrived
          ? failure
          : Optional.of(new Failed(given, given.address(), LOOP));
    }
  }
}

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
import skypost.mail.directory.MailboxRules;
import skypost.mail.directory.Postmaster;
import skypost.mail.directory.ReportAddresses;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.forward.ReturnPath;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.message.Envelope;
import skypost.mail.message.Envelope.Recipient;
import skypost.mail.message.MessageId;
import skypost.mail.receive.Resolution.Failed;
import skypost.mail.receive.Resolution.Local;
import skypost.mail.receive.Resolution.Remote;
import skypost.mail.report.TakeReports;
import skypost.mail.trace.Traces;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/**
 * Follows aliases, and reports on forwarded mail to its sender, until mailboxes and foreign
 * addresses remain. Nobody gets a message twice, and no loop holds it up.
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
  private final Directory directory;
  private final ReturnPaths returnPaths;
  private final TakeReports reports;
  private final Traces traces;

  ResolveRecipients(ReceiveMessage.Ports ports, Clock clock) {
    this.directory = ports.directory();
    String hostname = ports.bounces().hostname();
    this.returnPaths = ports.returnPaths();
    this.traces = ports.traces();
    this.domains = new CachedDomains(directory, clock);
    this.reports = new TakeReports(ports.messages(), domains, ports.reports());
    this.addresses = new LocalAddresses(directory);
    this.postmaster = new Postmaster(directory, hostname);
  }

  /**
   * Resolves.
   *
   * @param isVouchedFor whether it is known who sent it: nobody else's reports are believed
   */
  Resolution resolve(MessageId id, Envelope envelope, boolean isVouchedFor) throws IOException {
    Reached into = new Reached();
    for (Recipient given : envelope.recipients()) {
      Walk walk = new Walk(new Coming(id, envelope, isVouchedFor), given, into);
      walk.follow(postmaster.home(given.address()), Optional.empty());
      walk.failure().ifPresent(into.failed::add);
    }
    return into.resolution();
  }

  /** What the domain that a recipient was addressed in wants of mail whose sender is suspect. */
  SenderPolicy senderPolicy(String domain) throws IOException {
    return domains.find(domain).map(Domain::senderPolicy).orElse(SenderPolicy.DEFAULT);
  }

  /** Whether the sender's domain is ours: then SPF knows that its mail comes from us. */
  boolean isLocal(String domain) throws IOException {
    return domains.find(domain).filter(found -> found.kind() == Domain.Kind.LOCAL).isPresent();
  }

  /** A message whose recipients are being found. */
  private record Coming(MessageId id, Envelope envelope, boolean isVouchedFor) {}

  /** Where the ways of all recipients have led so far. */
  private static final class Reached {
    private final Map<EmailAddress, Local> local = new LinkedHashMap<>();
    private final Map<EmailAddress, Remote> remote = new LinkedHashMap<>();
    private final List<Recipient> read = new ArrayList<>();
    private final List<Failed> failed = new ArrayList<>();

    boolean isFull() {
      return local.size() + remote.size() >= MAX_DESTINATIONS;
    }

    Resolution resolution() {
      return new Resolution(
          List.copyOf(local.values()), List.copyOf(remote.values()), read, failed);
    }
  }

  /** What holds for a domain's mailboxes; it is remembered, so nothing is read for it. */
  private MailboxRules rules(String domain) throws IOException {
    return domains.find(domain).map(Domain::mailboxes).orElse(MailboxRules.NONE);
  }

  /** The way from one recipient through the aliases. */
  private final class Walk {
    private final Coming coming;
    private final Recipient given;
    private final Reached reached;
    private final Set<EmailAddress> seen = new HashSet<>();
    private boolean arrived;
    private Optional<Failed> failure = Optional.empty();

    Walk(Coming coming, Recipient given, Reached reached) {
      this.coming = coming;
      this.given = given;
      this.reached = reached;
    }

    /**
     * @param forwarder the domain of the alias that leads there
     */
    void follow(EmailAddress address, Optional<String> forwarder) throws IOException {
      if (reached.isFull()) {
        fail(address, TOO_MANY);
        return;
      }
      if (!isLocal(address.domain())) {
        reached.remote.putIfAbsent(address, new Remote(given, address, forwarder));
        arrived = true;
        return;
      }
      switch (returnPaths.read(address, coming.envelope().origin().receivedAt())) {
        case ReturnPath.None() -> followAccount(address);
        case ReturnPath.ToSender(EmailAddress sender) -> goBack(address, Optional.of(sender));
        case ReturnPath.ToSenderOf(MessageId message) ->
            goBack(address, traces.receipt(message).flatMap(found -> found.envelope().sender()));
        case ReturnPath.Forged() -> fail(address, UNKNOWN);
        case ReturnPath.Expired() -> fail(address, UNKNOWN);
      }
    }

    /** A report on mail that we forwarded. Anything else was refused in the dialogue. */
    private void goBack(EmailAddress address, Optional<EmailAddress> sender) throws IOException {
      if (coming.envelope().sender().isPresent() || sender.isEmpty() || !seen.add(address)) {
        fail(address, UNKNOWN);
        return;
      }
      follow(sender.get(), Optional.empty());
    }

    private void followAccount(EmailAddress address) throws IOException {
      if (ReportAddresses.contains(address)
          && coming.isVouchedFor()
          && reports.take(coming.id(), address)) {
        reached.read.add(given);
        arrived = true;
        if (directory.account(address.canonical()).isEmpty()) {
          return; // nobody wants to see it besides
        }
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
          MailboxRules ofDomain = rules(user.address().domain());
          var rules = new MailboxRules(ofDomain.quotaBytes(), user.times().over(ofDomain.times()));
          reached.local.putIfAbsent(
              user.address(), new Local(given, user.address(), user.filter(), rules));
          arrived = true;
        }
        case Account.Alias alias -> {
          for (EmailAddress target : alias.targets()) {
            follow(target, Optional.of(alias.address().domain()));
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

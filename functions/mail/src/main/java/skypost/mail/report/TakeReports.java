package skypost.mail.report;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import skypost.mail.auth.DomainNames;
import skypost.mail.directory.CachedDomains;
import skypost.mail.directory.Domain;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.message.StoredMessages.StoredMessage;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;

/** Reads reports out of mail to {@link skypost.mail.directory.ReportAddresses}. */
public final class TakeReports {
  /** Octets of a message that is looked at; larger ones are for a person. */
  private static final long MAX_MESSAGE = 20 * 1024 * 1024;

  /** A report takes up to some ten times what it is long, and messages come ten at once. */
  private final ReentrantLock reading = new ReentrantLock();

  private final StoredMessages messages;
  private final CachedDomains domains;
  private final ReceivedReports reports;

  public TakeReports(StoredMessages messages, CachedDomains domains, ReceivedReports reports) {
    this.messages = messages;
    this.domains = domains;
    this.reports = reports;
  }

  /**
   * Reads and keeps the report that a message brings. To do it again changes nothing.
   *
   * @param address where it came, of a local domain
   * @return false when it is none that can be read, or on nobody's domain here: a person should see
   *     it
   * @throws IOException when that cannot be told now
   */
  public boolean take(MessageId id, EmailAddress address) throws IOException {
    reading.lock();
    try {
      return takeAlone(id, address);
    } finally {
      reading.unlock();
    }
  }

  private boolean takeAlone(MessageId id, EmailAddress address) throws IOException {
    Optional<StoredMessage> stored = messages.open(id);
    if (stored.isEmpty()) {
      throw new IOException(id + " is gone");
    }
    try (StoredMessage message = stored.get()) {
      if (message.size() > MAX_MESSAGE) {
        throw new MalformedReport("the message is too large");
      }
      Report report = ReportMail.read(message.content());
      Optional<String> domain = home(report.domain(), address.domain());
      if (domain.isEmpty()) {
        throw new MalformedReport("on " + report.domain() + ", which is not ours");
      }
      boolean isNew = reports.add(domain.get(), report);
      EventLog.info("report")
          .with("id", id)
          .with("kind", report.kind().name().toLowerCase(Locale.ROOT))
          .with("domain", report.domain())
          .with("by", report.head().organization())
          .with("report", report.head().reportId())
          .with("reason", isNew ? "kept" : "known")
          .write();
      return true;
    } catch (MalformedReport malformed) {
      EventLog.warn("report-unreadable")
          .with("id", id)
          .with("to", address)
          .with("reason", malformed.getMessage())
          .write();
      return false;
    }
  }

  /** The domain it is listed under: its own, or the one it came to where that is a subdomain. */
  private Optional<String> home(String domain, String came) throws IOException {
    if (isLocal(domain)) {
      return Optional.of(domain);
    }
    return DomainNames.isWithin(came, domain) ? Optional.of(came) : Optional.empty();
  }

  private boolean isLocal(String domain) throws IOException {
    return domains.find(domain).filter(found -> found.kind() == Domain.Kind.LOCAL).isPresent();
  }
}

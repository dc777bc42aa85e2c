package skypost.mail.authorize;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import skypost.mail.authorize.RecipientProbe.Finding;
import skypost.mail.directory.Domain;
import skypost.mail.directory.ProbedRecipients;
import skypost.mail.directory.ProbedRecipients.Standing;
import skypost.mail.directory.RelayRecipients;
import skypost.protocol.address.EmailAddress;

/**
 * Checks recipients of relay domains before their mail is taken, so that we never have to bounce
 * what the primary refuses to a forged sender (backscatter).
 *
 * <p>Costs, beside the domain's own read: nothing without a check; a list, half a read unit for an
 * address that is there and up to three for one that is not; call-ahead, half a read unit, and for
 * an answer that is not remembered a write and the seconds that the primary takes. A primary that
 * is down is not asked again for a minute.
 */
public final class CheckRelayRecipients {
  /** How long it is remembered that a recipient exists. */
  public static final Duration REMEMBER_EXISTING = Duration.ofHours(24);

  /** How long it is remembered that one does not: an address may be made any moment. */
  public static final Duration REMEMBER_UNKNOWN = Duration.ofHours(1);

  private static final Duration LEAVE_ALONE = Duration.ofMinutes(1);
  private static final int MAX_DOWN = 1000;
  private static final String POSTMASTER = "postmaster";
  private static final char SUBADDRESS = '+'; // as for local addresses

  private final RelayRecipients listed;
  private final ProbedRecipients probed;
  private final RecipientProbe probe;
  private final Clock clock;
  private final Map<String, Instant> down = new ConcurrentHashMap<>();

  public CheckRelayRecipients(
      RelayRecipients listed, ProbedRecipients probed, RecipientProbe probe, Clock clock) {
    this.listed = listed;
    this.probed = probed;
    this.probe = probe;
    this.clock = clock;
  }

  /** What is known of a recipient. */
  public enum Verdict {
    /** Mail for it may be taken. */
    KNOWN,
    /** It is not in the list. */
    NOT_LISTED,
    /** The primary refuses it. */
    REFUSED,
    /** The primary could not be asked, or did not say: a backup MX is there for that. */
    UNVERIFIED
  }

  /**
   * Checks recipients of a relay domain.
   *
   * @return a verdict for each, in order
   */
  public List<Verdict> check(Domain domain, List<EmailAddress> recipients) throws IOException {
    return switch (domain.recipientCheck()) {
      case NONE -> recipients.stream().map(recipient -> Verdict.KNOWN).toList();
      case LIST -> inList(recipients);
      case CALL_AHEAD -> ahead(domain, recipients);
    };
  }

  private List<Verdict> inList(List<EmailAddress> recipients) throws IOException {
    List<Verdict> verdicts = new ArrayList<>();
    for (EmailAddress recipient : recipients) {
      verdicts.add(isListed(recipient.canonical()) ? Verdict.KNOWN : Verdict.NOT_LISTED);
    }
    return verdicts;
  }

  private boolean isListed(EmailAddress recipient) throws IOException {
    int plus = recipient.local().indexOf(SUBADDRESS);
    return recipient.local().equals(POSTMASTER) // RFC 5321 section 4.5.1: also of a relay
        || listed.contains(recipient)
        || (plus > 0
            && listed.contains(
                new EmailAddress(recipient.local().substring(0, plus), recipient.domain())));
  }

  private List<Verdict> ahead(Domain domain, List<EmailAddress> recipients) throws IOException {
    Instant now = clock.instant();
    Verdict[] verdicts = new Verdict[recipients.size()];
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < verdicts.length; i++) {
      Optional<Standing> standing = probed.find(recipients.get(i), now);
      if (standing.isPresent()) {
        verdicts[i] = standing.get() == Standing.EXISTS ? Verdict.KNOWN : Verdict.REFUSED;
      } else {
        verdicts[i] = Verdict.UNVERIFIED;
        open.add(i);
      }
    }
    if (!open.isEmpty() && !isDown(domain, now)) {
      List<EmailAddress> asked = open.stream().map(recipients::get).toList();
      List<Finding> findings = probe.ask(domain, asked);
      for (int i = 0; i < asked.size(); i++) {
        verdicts[open.get(i)] = take(domain, asked.get(i), findings.get(i), now);
      }
    }
    return Arrays.asList(verdicts);
  }

  private Verdict take(Domain domain, EmailAddress recipient, Finding finding, Instant now)
      throws IOException {
    return switch (finding) {
      case EXISTS -> {
        probed.remember(recipient, Standing.EXISTS, now.plus(REMEMBER_EXISTING));
        yield Verdict.KNOWN;
      }
      case UNKNOWN -> {
        probed.remember(recipient, Standing.UNKNOWN, now.plus(REMEMBER_UNKNOWN));
        yield Verdict.REFUSED;
      }
      case UNDECIDED -> Verdict.UNVERIFIED; // it may say more a moment later
      case UNREACHABLE -> {
        if (down.size() >= MAX_DOWN) {
          down.clear();
        }
        down.put(domain.name(), now.plus(LEAVE_ALONE));
        yield Verdict.UNVERIFIED;
      }
    };
  }

  private boolean isDown(Domain domain, Instant now) {
    Instant until = down.get(domain.name());
    return until != null && until.isAfter(now);
  }
}

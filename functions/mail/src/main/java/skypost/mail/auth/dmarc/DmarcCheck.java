package skypost.mail.auth.dmarc;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import skypost.mail.auth.Authors;
import skypost.mail.auth.DomainNames;
import skypost.mail.auth.RawMessage;
import skypost.mail.auth.dkim.DkimResult;
import skypost.mail.auth.dkim.DkimVerdict;
import skypost.mail.auth.dmarc.TreeWalk.NoAnswer;
import skypost.mail.auth.dmarc.TreeWalk.Step;
import skypost.mail.auth.spf.SpfResult;
import skypost.mail.auth.spf.SpfVerdict;
import skypost.mail.dns.Lookups;
import skypost.mail.dns.Lookups.Found;

/** Evaluates DMARC for one message (RFC 9989 section 5.3). */
public final class DmarcCheck {
  /** Domains of authors that are looked at; an honest message has one. */
  private static final int MAX_AUTHORS = 5;

  /** Different domains that are held against the author's by walks of their own. */
  private static final int MAX_IDENTITIES = 20;

  private final Lookups dns;
  private final List<Author> authors;

  private DmarcCheck(List<Author> authors, Lookups dns) {
    this.dns = dns;
    this.authors = authors;
  }

  /** A domain of From, canonical, and the records above it. */
  private record Author(String domain, TreeWalk walk) {
    /** Asks for the record that says what the domain wants. */
    void begin() {
      try {
        if (walk.record(domain).isEmpty()) {
          walk.from(domain);
        }
      } catch (NoAnswer unknown) {
        return; // which it will be again when it is evaluated
      }
    }

    /** Empty when it cannot be told. */
    Optional<String> organization() {
      try {
        return Optional.of(walk.from(domain).organization());
      } catch (NoAnswer unknown) {
        return Optional.empty();
      }
    }
  }

  /** A domain that SPF or DKIM speaks of, canonical. */
  private record Identity(String domain, boolean dkim, boolean passed) {}

  /**
   * Asks for the policies of the authors. Those of several are asked for at once: none of them can
   * use up the time of the others.
   */
  public static DmarcCheck begin(RawMessage message, Lookups dns) {
    List<Author> authors =
        Authors.domains(message.named("from")).stream()
            .limit(MAX_AUTHORS + 1L)
            .map(domain -> new Author(domain, new TreeWalk(dns)))
            .toList();
    if (authors.size() == 1) {
      authors.getFirst().begin();
    } else if (authors.size() <= MAX_AUTHORS) {
      try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
        authors.forEach(author -> each.execute(author::organization));
      }
    }
    return new DmarcCheck(authors, dns);
  }

  /**
   * Whether a domain might speak for an author: it is of his organization, or above him. What it
   * needs for that it asks the author's domain alone.
   *
   * @param domain canonical
   */
  public boolean isNear(String domain) {
    return authors.size() <= MAX_AUTHORS
        && authors.stream().anyMatch(author -> isNear(author, domain));
  }

  private static boolean isNear(Author author, String domain) {
    if (author.domain().equals(domain)) {
      return true;
    }
    if (!lastLabel(author.domain()).equals(lastLabel(domain))) {
      return false;
    }
    // Asked for in any case: later there may be no time for it
    Optional<String> organization = author.organization();
    return isAboveOrBelow(author.domain(), domain)
        || organization.filter(own -> DomainNames.isWithin(domain, own)).isPresent();
  }

  /**
   * Evaluates. A message with several authors' domains, which RFC 9989 leaves to us (section
   * 5.3.1), must be right for each of them: the worst verdict is given.
   */
  public DmarcVerdict evaluate(SpfVerdict spf, List<DkimVerdict> dkim) {
    if (authors.isEmpty()) {
      return DmarcVerdict.without(DmarcResult.NONE, "", "no author's domain");
    }
    if (authors.size() > MAX_AUTHORS) {
      return DmarcVerdict.without(DmarcResult.PERMERROR, "", "too many authors' domains");
    }
    List<Identity> identities = identities(spf, dkim);
    return authors.stream()
        .map(author -> evaluate(author, identities))
        .max(
            Comparator.comparing(DmarcVerdict::disposition)
                .thenComparingInt(verdict -> badness(verdict.result())))
        .orElseThrow();
  }

  private static int badness(DmarcResult result) {
    return switch (result) {
      case PASS -> 0;
      case NONE -> 1;
      case PERMERROR -> 2;
      case TEMPERROR -> 3;
      case FAIL -> 4;
    };
  }

  /** Passes, and what might be one when it can be told. */
  private static List<Identity> identities(SpfVerdict spf, List<DkimVerdict> dkim) {
    List<Identity> identities = new ArrayList<>();
    boolean spfPassed = spf.result() instanceof SpfResult.Pass;
    if (spfPassed || spf.result() instanceof SpfResult.TempError) {
      identities.add(new Identity(spf.domain(), false, spfPassed));
    }
    for (DkimVerdict verdict : dkim) {
      boolean passed = verdict.result() instanceof DkimResult.Pass;
      Identity identity = new Identity(verdict.domain(), true, passed);
      boolean counts = passed || verdict.result() instanceof DkimResult.TempError;
      if (counts && !identities.contains(identity)) {
        identities.add(identity);
      }
    }
    return identities;
  }

  private DmarcVerdict evaluate(Author of, List<Identity> identities) {
    String author = of.domain();
    try {
      Optional<DmarcRecord> own = of.walk().record(author);
      // Only where the author's domain has no record, its organization's policy is needed
      Optional<Step> policy =
          own.isPresent()
              ? own.map(record -> new Step(author, record))
              : of.walk().from(author).policy();
      if (policy.isEmpty()) {
        return DmarcVerdict.without(DmarcResult.NONE, author, "no policy");
      }
      return evaluate(of, policy.get(), identities);
    } catch (NoAnswer unknown) {
      return DmarcVerdict.without(DmarcResult.TEMPERROR, author, unknown.getMessage());
    }
  }

  private DmarcVerdict evaluate(Author of, Step found, List<Identity> identities) throws NoAnswer {
    String author = of.domain();
    DmarcRecord record = found.record();
    if (!record.valid()) { // RFC 9989 section 4.10.1
      return new DmarcVerdict(
          DmarcResult.PERMERROR,
          author,
          found.domain(),
          Policy.NONE,
          Policy.NONE,
          false,
          false,
          "no valid policy in the record");
    }
    Aligned aligned = aligned(of, record, identities);
    Policy policy = policy(author, found);
    Policy wanted = record.testing() ? policy.milder() : policy;
    return new DmarcVerdict(
        aligned.result(),
        author,
        found.domain(),
        policy,
        aligned.result() == DmarcResult.FAIL ? wanted : Policy.NONE,
        aligned.dkim(),
        aligned.spf(),
        "");
  }

  /**
   * Which kinds of identities speak for the author.
   *
   * @param unknown whether one would, if it could be told now
   */
  private record Aligned(boolean dkim, boolean spf, boolean unknown) {
    DmarcResult result() {
      if (dkim || spf) {
        return DmarcResult.PASS;
      }
      return unknown ? DmarcResult.TEMPERROR : DmarcResult.FAIL;
    }
  }

  private static Aligned aligned(Author author, DmarcRecord record, List<Identity> identities)
      throws NoAnswer {
    boolean few = identities.size() <= MAX_IDENTITIES;
    boolean dkim = false;
    boolean spf = false;
    boolean unknown = false;
    NoAnswer fault = null;
    for (Identity identity : identities) {
      if (identity.dkim() ? dkim : spf) {
        continue; // one of a kind is enough
      }
      try {
        boolean strict = identity.dkim() ? record.strictDkim() : record.strictSpf();
        boolean isMeant = few || isAboveOrBelow(author.domain(), identity.domain());
        boolean speaks =
            author.domain().equals(identity.domain())
                || (!strict && isMeant && isOfOneOrganization(author, identity.domain()));
        dkim |= speaks && identity.passed() && identity.dkim();
        spf |= speaks && identity.passed() && !identity.dkim();
        unknown |= speaks && !identity.passed();
      } catch (NoAnswer noAnswer) {
        fault = noAnswer; // another identity may still make a pass
      }
    }
    if (fault != null && !dkim && !spf) {
      throw fault;
    }
    return new Aligned(dkim, spf, unknown);
  }

  /**
   * RFC 9989 section 4.4. A domain that is not within the author's organization is of another one,
   * whatever it says itself: it is not asked, and so cannot make it unknown by not answering.
   */
  private static boolean isOfOneOrganization(Author author, String domain) throws NoAnswer {
    if (!lastLabel(author.domain()).equals(lastLabel(domain))) {
      return false;
    }
    String organization = author.walk().from(author.domain()).organization();
    return DomainNames.isWithin(domain, organization)
        && author.walk().from(domain).organization().equals(organization);
  }

  /** Of very many identities only those are looked at that are above or below the author's. */
  private static boolean isAboveOrBelow(String one, String other) {
    return one.endsWith('.' + other) || other.endsWith('.' + one);
  }

  private static String lastLabel(String domain) {
    return domain.substring(domain.lastIndexOf('.') + 1);
  }

  /** RFC 9989 section 4.10.1: which of p, sp and np. */
  private Policy policy(String author, Step found) throws NoAnswer {
    DmarcRecord record = found.record();
    if (found.domain().equals(author)) {
      return record.domain();
    }
    if (record.subdomains() == record.missing()) {
      return record.subdomains();
    }
    return switch (dns.addresses(author, false)) { // NXDOMAIN is of all types (RFC 8020)
      case Found.NoSuchName<?>() -> record.missing();
      case Found.Records<?> ignored -> record.subdomains();
      case Found.Unknown<?>(String why) ->
          throw new NoAnswer("no answer for " + author + ": " + why);
    };
  }
}

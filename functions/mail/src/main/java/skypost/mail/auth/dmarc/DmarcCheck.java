package skypost.mail.auth.dmarc;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import skypost.mail.auth.Authors;
import skypost.mail.auth.RawMessage;
import skypost.mail.auth.dkim.DkimResult;
import skypost.mail.auth.dkim.DkimVerdict;
import skypost.mail.auth.dmarc.TreeWalk.NoAnswer;
import skypost.mail.auth.dmarc.TreeWalk.Step;
import skypost.mail.auth.dmarc.TreeWalk.Walked;
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
  private final TreeWalk walk;
  private final List<Identity> identities;

  private DmarcCheck(List<Identity> identities, Lookups dns) {
    this.dns = dns;
    this.walk = new TreeWalk(dns);
    this.identities = identities;
  }

  /** A domain that SPF or DKIM speaks of, canonical. */
  private record Identity(String domain, boolean dkim, boolean passed) {}

  /**
   * Evaluates. A message with several authors' domains, which RFC 9989 leaves to us (section
   * 5.3.1), must be right for each of them: the worst verdict is given.
   */
  public static DmarcVerdict check(
      RawMessage message, SpfVerdict spf, List<DkimVerdict> dkim, Lookups dns) {
    Set<String> authors = Authors.domains(message.named("from"));
    if (authors.isEmpty()) {
      return DmarcVerdict.without(DmarcResult.NONE, "", "no author's domain");
    }
    if (authors.size() > MAX_AUTHORS) {
      return DmarcVerdict.without(DmarcResult.PERMERROR, "", "too many authors' domains");
    }
    DmarcCheck check = new DmarcCheck(identities(spf, dkim), dns);
    return authors.stream()
        .map(check::evaluate)
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

  private DmarcVerdict evaluate(String author) {
    try {
      Optional<DmarcRecord> own = walk.record(author);
      // Only where the author's domain has no record, its organization's policy is needed
      Optional<Step> policy =
          own.isPresent()
              ? own.map(record -> new Step(author, record))
              : walk.from(author).policy();
      if (policy.isEmpty()) {
        return DmarcVerdict.without(DmarcResult.NONE, author, "no policy");
      }
      return evaluate(author, policy.get());
    } catch (NoAnswer unknown) {
      return DmarcVerdict.without(DmarcResult.TEMPERROR, author, unknown.getMessage());
    }
  }

  private DmarcVerdict evaluate(String author, Step found) throws NoAnswer {
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
    Aligned aligned = aligned(author, record);
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

  private Aligned aligned(String author, DmarcRecord record) throws NoAnswer {
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
        boolean speaks = isAligned(author, identity.domain(), strict);
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

  /** RFC 9989 section 4.4. */
  private boolean isAligned(String author, String domain, boolean strict) throws NoAnswer {
    if (author.equals(domain)) {
      return true;
    }
    boolean related = lastLabel(author).equals(lastLabel(domain));
    boolean looked = identities.size() <= MAX_IDENTITIES || !strict && isNear(author, domain);
    if (strict || !related || !looked) {
      return false;
    }
    Walked ofAuthor = walk.from(author);
    Walked ofDomain = walk.from(domain);
    return ofAuthor.organization().equals(ofDomain.organization());
  }

  /** Of very many identities only those are looked at that are above or below the author's. */
  private static boolean isNear(String one, String other) {
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

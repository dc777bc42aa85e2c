package skypost.mail.auth.dkim;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import skypost.mail.auth.RawField;
import skypost.mail.auth.RawMessage;
import skypost.mail.auth.dkim.DkimSignature.Kind;
import skypost.mail.dns.Lookups;

/**
 * Verifies the signatures of a message (RFC 6376 section 6), all or some before others. Not thread
 * safe.
 */
public final class DkimVerifier {
  /** Signatures that are looked at, from the top. */
  static final int MAX_SIGNATURES = 200;

  /** A clock may be wrong by this much, in seconds. */
  private static final long MAX_SKEW = 3600;

  private final List<Candidate> candidates;
  private final DkimVerdict[] verdicts; // of the candidates; null where none is known yet
  private final SignatureMaterial material;

  private DkimVerifier(List<Candidate> candidates, SignatureMaterial material) {
    this.candidates = candidates;
    this.verdicts = new DkimVerdict[candidates.size()];
    this.material = material;
  }

  /** A signature that was read, or what is wrong with it. */
  private record Candidate(RawField field, Optional<TagList> tags, Object read) {}

  /**
   * Verifies all.
   *
   * @return as {@link #verdicts}
   */
  public static List<DkimVerdict> verify(RawMessage message, Instant now, Lookups dns)
      throws IOException {
    DkimVerifier verifier = begin(message, now, dns);
    verifier.verify(domain -> true);
    return verifier.verdicts();
  }

  /** Reads the signatures and hashes the body; nobody is asked for a key yet. */
  public static DkimVerifier begin(RawMessage message, Instant now, Lookups dns)
      throws IOException {
    List<Candidate> candidates = new ArrayList<>();
    for (RawField field : message.named("dkim-signature")) {
      candidates.add(
          candidates.size() < MAX_SIGNATURES
              ? read(field, now)
              : new Candidate(
                  field,
                  Optional.empty(),
                  DkimFault.of(new DkimResult.Policy("too many signatures"))));
    }
    if (!message.whole()) {
      candidates = List.of(none(new DkimResult.PermError("the header section is too large")));
    } else if (candidates.isEmpty()) {
      candidates = List.of(none(new DkimResult.None()));
    }
    List<DkimSignature> signatures =
        candidates.stream()
            .map(Candidate::read)
            .filter(DkimSignature.class::isInstance)
            .map(DkimSignature.class::cast)
            .toList();
    return new DkimVerifier(candidates, new SignatureMaterial(message, signatures, dns));
  }

  private static Candidate none(DkimResult result) {
    return new Candidate(new RawField("", ""), Optional.empty(), DkimFault.of(result));
  }

  /**
   * Verifies some signatures, those of them that have not been yet.
   *
   * @param meant whether the signatures of a domain, in canonical form, are
   */
  public void verify(Predicate<String> meant) {
    for (int i = 0; i < verdicts.length; i++) {
      if (verdicts[i] == null
          && candidates.get(i).read() instanceof DkimSignature signature
          && meant.test(signature.domain())) {
        verdicts[i] =
            new DkimVerdict(
                material.check(signature),
                signature.domain(),
                signature.selector(),
                signature.algorithm().text());
      }
    }
  }

  /**
   * What came of them.
   *
   * @return one verdict for each signature in the order of the header, or one that there is none
   */
  public List<DkimVerdict> verdicts() {
    List<DkimVerdict> all = new ArrayList<>();
    for (int i = 0; i < verdicts.length; i++) {
      all.add(verdicts[i] == null ? unverified(candidates.get(i)) : verdicts[i]);
    }
    return all;
  }

  private static Candidate read(RawField field, Instant now) {
    Optional<TagList> tags = TagList.parse(field.value());
    try {
      TagList list = tags.orElseThrow(() -> DkimFault.permanent("malformed tags"));
      DkimSignature signature = DkimSignature.read(field, list, Kind.DKIM);
      check(signature, now);
      return new Candidate(field, tags, signature);
    } catch (DkimFault fault) {
      return new Candidate(field, tags, fault);
    }
  }

  /** RFC 6376 section 6.1.1: what can be told without a key. */
  private static void check(DkimSignature signature, Instant now) throws DkimFault {
    if (!signature.names().contains("from")) {
      throw DkimFault.of(new DkimResult.Fail("From is not signed"));
    }
    long seconds = now.getEpochSecond();
    if (signature.times().ends().orElse(Long.MAX_VALUE) < seconds) {
      throw DkimFault.permanent("the signature has expired");
    }
    if (signature.times().made().orElse(0L) > seconds + MAX_SKEW) {
      throw DkimFault.permanent("the signature is from the future");
    }
  }

  private static DkimVerdict unverified(Candidate candidate) {
    DkimResult result =
        candidate.read() instanceof DkimFault fault
            ? fault.result()
            : new DkimResult.Policy("not looked at");
    return new DkimVerdict(result, tag(candidate, "d"), tag(candidate, "s"), tag(candidate, "a"));
  }

  private static String tag(Candidate candidate, String name) {
    String text = candidate.tags().flatMap(tags -> tags.compact(name)).orElse("");
    return text.length() <= 253 ? text : "";
  }
}

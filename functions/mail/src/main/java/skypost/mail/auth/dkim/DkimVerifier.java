package skypost.mail.auth.dkim;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.auth.RawField;
import skypost.mail.auth.RawMessage;
import skypost.mail.auth.dkim.DkimSignature.Kind;
import skypost.mail.dns.Lookups;

/** Verifies all signatures of a message (RFC 6376 section 6). */
public final class DkimVerifier {
  /** Signatures that are looked at, from the top. */
  static final int MAX_SIGNATURES = 200;

  /** A clock may be wrong by this much, in seconds. */
  private static final long MAX_SKEW = 3600;

  private DkimVerifier() {}

  /** A signature that was read, or what is wrong with it. */
  private record Candidate(RawField field, Optional<TagList> tags, Object read) {}

  /**
   * Verifies.
   *
   * @return one verdict for each signature in the order of the header, or one that there is none
   */
  public static List<DkimVerdict> verify(RawMessage message, Instant now, Lookups dns)
      throws IOException {
    if (!message.whole()) {
      return List.of(verdict(new DkimResult.PermError("the header section is too large")));
    }
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
    if (candidates.isEmpty()) {
      return List.of(verdict(new DkimResult.None()));
    }
    List<DkimSignature> signatures =
        candidates.stream()
            .map(Candidate::read)
            .filter(DkimSignature.class::isInstance)
            .map(DkimSignature.class::cast)
            .toList();
    var material = new SignatureMaterial(message, signatures, dns);
    return candidates.stream().map(candidate -> verdict(candidate, material)).toList();
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

  private static DkimVerdict verdict(Candidate candidate, SignatureMaterial material) {
    if (candidate.read() instanceof DkimSignature signature) {
      return new DkimVerdict(
          material.check(signature),
          signature.domain(),
          signature.selector(),
          signature.algorithm().text());
    }
    DkimResult result = ((DkimFault) candidate.read()).result();
    return new DkimVerdict(result, tag(candidate, "d"), tag(candidate, "s"), tag(candidate, "a"));
  }

  private static String tag(Candidate candidate, String name) {
    String text = candidate.tags().flatMap(tags -> tags.compact(name)).orElse("");
    return text.length() <= 253 ? text : "";
  }

  private static DkimVerdict verdict(DkimResult result) {
    return new DkimVerdict(result, "", "", "");
  }
}

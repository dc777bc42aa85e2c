package skypost.mail.auth.arc;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import skypost.mail.auth.RawField;
import skypost.mail.auth.RawMessage;
import skypost.mail.auth.dkim.DkimFault;
import skypost.mail.auth.dkim.DkimResult;
import skypost.mail.auth.dkim.DkimSignature;
import skypost.mail.auth.dkim.DkimSignature.Kind;
import skypost.mail.auth.dkim.SignatureMaterial;
import skypost.mail.auth.dkim.TagList;
import skypost.mail.dns.Lookups;

/** Verifies the chain of a message (RFC 8617 section 5.2). */
public final class ArcVerifier {
  private static final int MAX_INSTANCES = 50; // RFC 8617 section 4.2.1
  private static final String RESULTS = "arc-authentication-results";
  private static final String MESSAGE = "arc-message-signature";
  private static final String SEAL = "arc-seal";

  private ArcVerifier() {}

  /** The three fields of an instance. */
  private record ArcSet(RawField results, RawField message, RawField seal) {}

  private static final class Broken extends Exception {
    private static final long serialVersionUID = 1L;

    Broken(String reason) {
      super(reason, null, false, false); // it is control flow: no stack trace
    }
  }

  /** Verifies. */
  public static ArcVerdict verify(RawMessage message, Lookups dns) throws IOException {
    boolean any =
        message.fields().stream()
            .anyMatch(field -> List.of(RESULTS, MESSAGE, SEAL).contains(field.name()));
    if (!message.whole()) {
      return new ArcVerdict.Fail("the header section is too large");
    }
    if (!any) {
      return new ArcVerdict.None();
    }
    try {
      List<ArcSet> sets = sets(message);
      String sealer = verify(message, sets, dns);
      boolean dmarcPassed = SealedResults.passDmarc(sets.getLast().results().unfolded());
      return new ArcVerdict.Pass(sealer, sets.size(), dmarcPassed);
    } catch (Broken broken) {
      return new ArcVerdict.Fail(broken.getMessage());
    }
  }

  /** Section 5.2, steps 1 to 3: sets 1 to n, each whole. */
  private static List<ArcSet> sets(RawMessage message) throws Broken {
    List<RawField> results = byInstance(message.named(RESULTS));
    List<RawField> messages = byInstance(message.named(MESSAGE));
    List<RawField> seals = byInstance(message.named(SEAL));
    if (results.size() != seals.size() || messages.size() != seals.size()) {
      throw new Broken("a set is not whole");
    }
    List<ArcSet> sets = new ArrayList<>();
    for (int i = 0; i < seals.size(); i++) {
      sets.add(new ArcSet(results.get(i), messages.get(i), seals.get(i)));
    }
    return sets;
  }

  private static List<RawField> byInstance(List<RawField> fields) throws Broken {
    if (fields.size() > MAX_INSTANCES) {
      throw new Broken("more than " + MAX_INSTANCES + " sets");
    }
    RawField[] ordered = new RawField[fields.size()];
    for (RawField field : fields) {
      int instance = instance(field);
      if (instance < 1 || instance > ordered.length || ordered[instance - 1] != null) {
        throw new Broken("instances are not 1 to " + ordered.length);
      }
      ordered[instance - 1] = field;
    }
    return List.of(ordered);
  }

  /** The number of a field's set; 0 where there is none. */
  private static int instance(RawField field) {
    // ARC-Authentication-Results is no list of tags behind its i= (section 4.1.1)
    String text =
        field.name().equals(RESULTS)
            ? field.value().split(";", 2)[0].replaceAll("\\s", "").replaceFirst("^[iI]=", "")
            : TagList.parse(field.value()).flatMap(tags -> tags.compact("i")).orElse("");
    return text.matches("[0-9]{1,2}") ? Integer.parseInt(text) : 0;
  }

  /** Gives the domain of the last seal. */
  private static String verify(RawMessage message, List<ArcSet> sets, Lookups dns)
      throws Broken, IOException {
    List<DkimSignature> seals = new ArrayList<>();
    for (int i = 0; i < sets.size(); i++) {
      TagList tags = tags(sets.get(i).seal());
      // Sections 4.1.3 and 5.2: the first sealer saw no chain, all others one that passed
      String expected = i == 0 ? "none" : "pass";
      String cv = tags.compact("cv").orElse("").toLowerCase(Locale.ROOT);
      if (!cv.equals(expected)) {
        throw new Broken("cv=" + (cv.matches("[a-z]{1,10}") ? cv : "?") + " in set " + (i + 1));
      }
      if (tags.get("h").isPresent()) {
        throw new Broken("h= in a seal");
      }
      seals.add(read(sets.get(i).seal(), tags, Kind.ARC_SEAL));
    }
    RawField lastField = sets.getLast().message();
    DkimSignature last = read(lastField, tags(lastField), Kind.ARC_MESSAGE);
    if (last.names().contains(SEAL) || !last.names().contains("from")) { // section 4.1.2
      throw new Broken("the last signature signs the wrong fields");
    }
    var material = new SignatureMaterial(message, List.of(last), dns);
    demand(material.check(last), "signature", sets.size());
    for (int i = sets.size() - 1; i >= 0; i--) {
      demand(material.checkSeal(seals.get(i), sealed(sets, i)), "seal", i + 1);
    }
    return seals.getLast().domain();
  }

  /** Section 5.1.1: all sets up to the seal's own, but for the seal itself. */
  private static List<RawField> sealed(List<ArcSet> sets, int index) {
    List<RawField> sealed = new ArrayList<>();
    for (ArcSet set : sets.subList(0, index)) {
      sealed.addAll(List.of(set.results(), set.message(), set.seal()));
    }
    sealed.addAll(List.of(sets.get(index).results(), sets.get(index).message()));
    return sealed;
  }

  private static void demand(DkimResult result, String what, int instance) throws Broken {
    if (!(result instanceof DkimResult.Pass)) {
      throw new Broken(what + " " + instance + ": " + result.why());
    }
  }

  private static TagList tags(RawField field) throws Broken {
    Optional<TagList> tags = TagList.parse(field.value());
    return tags.orElseThrow(() -> new Broken("malformed tags in " + field.name()));
  }

  private static DkimSignature read(RawField field, TagList tags, Kind kind) throws Broken {
    try {
      return DkimSignature.read(field, tags, kind);
    } catch (DkimFault fault) {
      throw new Broken(field.name() + ": " + fault.result().why());
    }
  }
}

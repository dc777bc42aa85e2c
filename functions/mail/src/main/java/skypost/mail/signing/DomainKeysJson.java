package skypost.mail.signing;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.auth.dkim.DkimSignature.Algorithm;
import skypost.mail.json.Fields;
import skypost.mail.signing.SigningPair.Half;
import skypost.mail.signing.SigningPair.State;

/** Pairs of keys as they are kept. */
public final class DomainKeysJson {
  private DomainKeysJson() {}

  /** Writes pairs. */
  public static String string(List<SigningPair> pairs) throws IOException {
    return Fields.string(Map.of("pairs", pairs.stream().map(DomainKeysJson::fields).toList()));
  }

  private static Map<String, Object> fields(SigningPair pair) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", pair.id());
    fields.put("made", pair.made().toString());
    switch (pair.state()) {
      case State.Pending() -> fields.put("state", "pending");
      case State.Active(Instant since) -> {
        fields.put("state", "active");
        fields.put("since", since.toString());
      }
      case State.Retired(Instant at) -> {
        fields.put("state", "retired");
        fields.put("since", at.toString());
      }
    }
    fields.put("halves", pair.halves().stream().map(DomainKeysJson::fields).toList());
    return fields;
  }

  private static Map<String, Object> fields(Half half) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("selector", half.selector());
    fields.put("algorithm", half.algorithm().name());
    fields.put("publicKey", half.publicKey());
    fields.put("sealed", half.sealed());
    return fields;
  }

  /** Reads pairs. */
  public static List<SigningPair> read(String json) throws IOException {
    List<SigningPair> pairs = new ArrayList<>();
    for (Fields pair : Fields.read(json).objects("pairs")) {
      List<Half> halves = new ArrayList<>();
      for (Fields half : pair.objects("halves")) {
        halves.add(
            new Half(
                half.text("selector"),
                Algorithm.valueOf(half.text("algorithm")),
                half.text("publicKey"),
                half.text("sealed")));
      }
      pairs.add(
          new SigningPair(pair.text("id"), Instant.parse(pair.text("made")), state(pair), halves));
    }
    return pairs;
  }

  private static State state(Fields pair) throws IOException {
    return switch (pair.text("state")) {
      case "pending" -> new State.Pending();
      case "active" -> new State.Active(Instant.parse(pair.text("since")));
      case "retired" -> new State.Retired(Instant.parse(pair.text("since")));
      default -> throw new IOException("keys in an unknown state: " + pair.text("state"));
    };
  }
}

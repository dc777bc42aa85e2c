package skypost.mail.auth.dmarc;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A domain's own record, read as strictly as its owner would want (RFC 9989 section 4.7): receivers
 * pass over mistakes, and so does {@link DmarcRecord}.
 */
public sealed interface PublishedPolicy {
  /** There is no record. */
  record Absent() implements PublishedPolicy {}

  /** The record, or that there are several, is a mistake. */
  record Faulty(String why) implements PublishedPolicy {}

  /**
   * A record without mistakes.
   *
   * @param policy what is to be done with mail that fails
   * @param testing t=y: something milder for now
   * @param reports whether somebody hears of it
   */
  record Valid(Policy policy, boolean testing, boolean reports) implements PublishedPolicy {}

  /** Reads the TXT records of the name {@code _dmarc}, each with its strings joined. */
  static PublishedPolicy of(List<String> texts) {
    List<String> records = texts.stream().filter(DmarcRecord::isRecord).toList();
    if (records.isEmpty()) {
      return texts.stream().anyMatch(text -> text.toLowerCase(Locale.ROOT).contains("dmarc1"))
          ? new Faulty("a record must begin with v=DMARC1")
          : new Absent();
    }
    if (records.size() > 1) { // RFC 9989 section 4.10
      return new Faulty("there are " + records.size() + " records: receivers look at none");
    }
    return read(records.getFirst());
  }

  private static PublishedPolicy read(String record) {
    Set<String> seen = new TreeSet<>();
    String policy = "";
    boolean testing = false;
    boolean reports = false;
    for (String tag : record.split(";")) {
      if (tag.isBlank()) {
        continue;
      }
      int equals = tag.indexOf('=');
      String name = equals < 0 ? tag.strip() : tag.substring(0, equals).strip();
      String value = equals < 0 ? "" : tag.substring(equals + 1).strip();
      if (equals < 0 || !seen.add(name)) {
        return new Faulty(equals < 0 ? name + " has no value" : name + " is there twice");
      }
      if (!isValid(name, value)) {
        return new Faulty(name + "=" + value + " is not valid");
      }
      policy = name.equals("p") ? value : policy;
      testing |= name.equals("t") && value.equals("y");
      reports |= name.equals("rua");
    }
    Optional<Policy> parsed = Policy.parse(policy);
    return parsed.isEmpty()
        ? new Faulty("p is missing: what is to be done with mail that fails")
        : new Valid(parsed.get(), testing, reports);
  }

  private static boolean isValid(String name, String value) {
    return switch (name) {
      case "v" -> value.equals("DMARC1");
      case "p", "sp", "np" -> Policy.parse(value).isPresent();
      case "adkim", "aspf" -> value.equals("r") || value.equals("s");
      case "t" -> value.equals("y") || value.equals("n");
      case "psd" -> value.equals("y") || value.equals("n") || value.equals("u");
      case "fo" -> value.matches("[01ds](:[01ds])*");
      case "rua", "ruf" -> areUris(value);
      default -> true; // RFC 9989 section 4.7: unknown tags, and those of RFC 7489, are ignored
    };
  }

  private static boolean areUris(String list) {
    for (String uri : list.split(",", -1)) {
      if (!uri.strip().matches("mailto:[^@\\s]+@[^@\\s]+|https?://\\S+")) {
        return false;
      }
    }
    return true;
  }
}

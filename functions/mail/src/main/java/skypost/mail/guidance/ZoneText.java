package skypost.mail.guidance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.guidance.AdvisedRecord.Type;

/** Records as zone files (RFC 1035 section 5.1) and Route 53 have them. */
public final class ZoneText {
  /** Seconds that others may remember a record. */
  public static final int TTL = 3600;

  private static final int MAX_STRING = 255; // RFC 1035 section 3.3: a character-string

  private ZoneText() {}

  /** The data of a record. */
  public static String data(AdvisedRecord record) {
    return record.type() == Type.TXT ? quoted(record.data()) : record.data();
  }

  /**
   * A text as strings of 255 octets at most, each quoted: receivers join them (RFC 6376 section
   * 3.6.2.2, RFC 7208 section 3.3).
   *
   * @param text one character an octet
   */
  public static String quoted(String text) {
    return quoted(text, "\\%03d"); // RFC 1035 section 5.1: in decimal
  }

  private static String quoted(String text, String octet) {
    List<String> strings = new ArrayList<>();
    for (int from = 0; from == 0 || from < text.length(); from += MAX_STRING) {
      String part = text.substring(from, Math.min(text.length(), from + MAX_STRING));
      strings.add('"' + escaped(part, octet) + '"');
    }
    return String.join(" ", strings);
  }

  private static String escaped(String text, String octet) {
    StringBuilder escaped = new StringBuilder();
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        escaped.append('\\').append(c);
      } else {
        escaped.append(c >= ' ' && c <= '~' ? String.valueOf(c) : octet.formatted((int) c));
      }
    }
    return escaped.toString();
  }

  /** All records as part of a zone file. */
  public static String zoneFile(DnsAdvice advice) {
    StringBuilder file = new StringBuilder();
    for (AdvisedRecord record : advice.records()) {
      file.append("; ").append(record.why()).append('\n');
      file.append(record.name()).append(". ").append(TTL).append(" IN ");
      file.append(record.type()).append(' ').append(data(record)).append('\n');
    }
    return file.toString();
  }

  /**
   * All records as a change batch of Route 53 ({@code ChangeResourceRecordSets}). It replaces whole
   * record sets, so what else has been published at a name stays by being in the batch.
   *
   * @param others texts at the domain's own name that are not of SPF
   */
  public static Map<String, Object> changeBatch(DnsAdvice advice, List<String> others) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (AdvisedRecord record : advice.records()) {
      values
          .computeIfAbsent(record.type() + " " + record.name(), _ -> new ArrayList<>())
          .add(data(record));
    }
    values.computeIfPresent(
        "TXT " + advice.domain(),
        (_, set) -> {
          // Route 53 Developer Guide, "Supported DNS record types": in octal
          others.forEach(text -> set.add(quoted(text, "\\%03o")));
          return set;
        });
    List<Map<String, Object>> changes = new ArrayList<>();
    values.forEach((set, data) -> changes.add(change(set.split(" ", 2), data)));
    return Map.of("Comment", "mail for " + advice.domain(), "Changes", changes);
  }

  private static Map<String, Object> change(String[] typeAndName, List<String> data) {
    Map<String, Object> set = new LinkedHashMap<>();
    set.put("Name", typeAndName[1] + ".");
    set.put("Type", typeAndName[0]);
    set.put("TTL", TTL);
    set.put("ResourceRecords", data.stream().map(value -> Map.of("Value", value)).toList());
    Map<String, Object> change = new LinkedHashMap<>();
    change.put("Action", "UPSERT");
    change.put("ResourceRecordSet", set);
    return change;
  }
}

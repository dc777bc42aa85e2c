package skypost.mail.tlspolicy;

import java.util.Arrays;
import java.util.List;

/** Reads the TXT record by which a domain asks for TLS reports (RFC 8460 section 3). */
public final class TlsReportRecord {
  private static final String VERSION = "v=TLSRPTv1";
  private static final String RUA = "rua=";

  private TlsReportRecord() {}

  /** The name that has it. */
  public static String name(String domain) {
    return "_smtp._tls." + domain;
  }

  /**
   * Where reports go.
   *
   * @param texts the TXT records, each with its strings joined
   * @return URIs, {@code mailto:} or {@code https:}; empty when no report is wanted: no record of
   *     this version, several, or one without such an address
   */
  public static List<String> addresses(List<String> texts) {
    List<String> records = texts.stream().filter(TlsReportRecord::isOfVersion).toList();
    return records.size() == 1 ? parse(records.getFirst()) : List.of();
  }

  private static boolean isOfVersion(String text) {
    return text.startsWith(VERSION)
        && text.substring(VERSION.length()).stripLeading().startsWith(";");
  }

  private static List<String> parse(String record) {
    return Arrays.stream(record.split(";"))
        .map(String::strip)
        .filter(field -> field.startsWith(RUA))
        .limit(1)
        .flatMap(field -> Arrays.stream(field.substring(RUA.length()).split(",")))
        .map(String::strip)
        .filter(uri -> uri.matches("(?i)(mailto|https):[!-~]+"))
        .toList();
  }
}

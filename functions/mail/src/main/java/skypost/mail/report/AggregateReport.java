package skypost.mail.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a receiver made of mail in a domain's name (RFC 9990 section 3.1).
 *
 * @param published the policy as it was found
 * @param rows counts of messages that were alike
 */
public record AggregateReport(Head head, Published published, List<Row> rows) implements Report {
  /** Rows that are kept of one report; what is behind them is summed up. */
  static final int KEPT_ROWS = 200;

  public AggregateReport {
    rows = List.copyOf(rows);
  }

  @Override
  public String domain() {
    return published.domain();
  }

  /** Messages of all rows. */
  public long messages() {
    return rows.stream().mapToLong(Row::count).sum();
  }

  /**
   * The policy that the receiver found.
   *
   * @param domain where its record is
   * @param policy p
   * @param subdomains sp; empty where it is not told
   * @param missing np; empty where it is not told
   * @param strictDkim adkim=s
   * @param strictSpf aspf=s
   * @param testing t=y
   */
  public record Published(
      String domain,
      String policy,
      String subdomains,
      String missing,
      boolean strictDkim,
      boolean strictSpf,
      boolean testing) {}

  /**
   * Messages that were alike.
   *
   * @param source the IP address they came from; empty: the sum of many
   * @param count of messages
   * @param evaluated what DMARC made of them
   * @param headerFrom the author's domain
   * @param envelopeFrom the sender's domain; empty where it is not told or null
   * @param dkim what of signatures, aligned or not
   * @param spf what of the sender, aligned or not
   */
  public record Row(
      String source,
      long count,
      Evaluated evaluated,
      String headerFrom,
      String envelopeFrom,
      List<Signature> dkim,
      Optional<Sender> spf) {
    public Row {
      dkim = List.copyOf(dkim);
    }

    /** The same with another count. */
    public Row counting(long count) {
      return new Row(source, count, evaluated, headerFrom, envelopeFrom, dkim, spf);
    }
  }

  /**
   * What DMARC made of messages.
   *
   * @param disposition {@code pass}, {@code none}, {@code quarantine} or {@code reject}
   * @param dkim whether an aligned signature passed
   * @param spf whether an aligned sender passed
   * @param overridden the type of the reason for which something else was done, such as {@code
   *     trusted_forwarder}; empty: none
   */
  public record Evaluated(String disposition, boolean dkim, boolean spf, String overridden) {
    /** Whether DMARC passed. */
    public boolean passed() {
      return dkim || spf;
    }

    /** The same, whatever the policy was overridden for: that may be any text. */
    private Evaluated withoutReason() {
      return new Evaluated(disposition, dkim, spf, "");
    }
  }

  /** A signature: d=, s= and the result by RFC 8601. */
  public record Signature(String domain, String selector, String result) {}

  /** MAIL FROM's domain and the result by RFC 8601. */
  public record Sender(String domain, String result) {}

  @Override
  public AggregateReport trimmed() {
    Map<Row, Long> alike = new LinkedHashMap<>();
    rows.forEach(row -> alike.merge(row.counting(0), row.count(), Long::sum));
    List<Row> all =
        alike.entrySet().stream()
            .map(each -> each.getKey().counting(each.getValue()))
            .sorted(Comparator.comparingLong(Row::count).reversed())
            .toList();
    return Report.largest(KEPT_ROWS, keep -> trimmed(all, keep));
  }

  private AggregateReport trimmed(List<Row> all, int keep) {
    if (all.size() <= keep) {
      return new AggregateReport(head, published, all);
    }
    Map<Evaluated, Long> others = new LinkedHashMap<>();
    all.subList(keep, all.size())
        .forEach(row -> others.merge(row.evaluated().withoutReason(), row.count(), Long::sum));
    List<Row> kept = new ArrayList<>(all.subList(0, keep));
    others.forEach((evaluated, count) ->
        kept.add(new Row("", count, evaluated, "", "", List.of(), Optional.empty())));
    return new AggregateReport(head, published, kept);
  }
}

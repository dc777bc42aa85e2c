package skypost.mail.report;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.report.AggregateReport.Signature;

/**
 * What many aggregate reports say of a domain together.
 *
 * @param reports how many there are
 * @param messages all that they count
 * @param passed those of them that passed DMARC
 * @param dispositions how many met which end: {@code pass}, {@code none}, {@code quarantine},
 *     {@code reject}
 * @param reporters organizations, by messages
 * @param sources clients that sent in the domain's name, by messages, the largest first
 */
public record DmarcStatistics(
    long reports,
    long messages,
    long passed,
    Map<String, Long> dispositions,
    Map<String, Long> reporters,
    List<Source> sources) {
  /** Sources that are told of; the sums are of all. */
  public static final int MAX_SOURCES = 200;

  /**
   * A client.
   *
   * @param address its IP address; empty: those that are too many to be told apart
   * @param messages from it
   * @param passed those that passed DMARC
   * @param dkim those with an aligned signature that is right
   * @param spf those with an aligned sender that may send from there
   * @param authors domains in From
   * @param signers domains whose signatures were right, aligned or not: who it is, mostly
   */
  public record Source(
      String address,
      long messages,
      long passed,
      long dkim,
      long spf,
      Collection<String> authors,
      Collection<String> signers) {
    private static final int MAX_NAMES = 20;

    private static Source of(String address) {
      return new Source(address, 0, 0, 0, 0, new TreeSet<>(), new TreeSet<>());
    }

    private Source with(Row row) {
      add(authors, row.headerFrom());
      row.dkim().stream()
          .filter(signature -> signature.result().equals("pass"))
          .map(Signature::domain)
          .forEach(signer -> add(signers, signer));
      return new Source(
          address,
          messages + row.count(),
          passed + (row.evaluated().passed() ? row.count() : 0),
          dkim + (row.evaluated().dkim() ? row.count() : 0),
          spf + (row.evaluated().spf() ? row.count() : 0),
          authors,
          signers);
    }

    private static void add(Collection<String> names, String name) {
      if (!name.isEmpty() && names.size() < MAX_NAMES) {
        names.add(name);
      }
    }
  }

  /** Sums up. */
  static DmarcStatistics of(List<Report> reports) {
    long messages = 0;
    long passed = 0;
    Map<String, Long> dispositions = new LinkedHashMap<>();
    Map<String, Long> reporters = new LinkedHashMap<>();
    Map<String, Source> sources = new LinkedHashMap<>();
    for (Report report : reports) {
      AggregateReport aggregate = (AggregateReport) report;
      for (Row row : aggregate.rows()) {
        messages += row.count();
        passed += row.evaluated().passed() ? row.count() : 0;
        dispositions.merge(row.evaluated().disposition(), row.count(), Long::sum);
        sources.put(row.source(), sources.computeIfAbsent(row.source(), Source::of).with(row));
      }
      reporters.merge(report.head().organization(), aggregate.messages(), Long::sum);
    }
    List<Source> largest =
        sources.values().stream()
            .sorted(Comparator.comparingLong(Source::messages).reversed())
            .limit(MAX_SOURCES)
            .toList();
    return new DmarcStatistics(reports.size(), messages, passed, dispositions, reporters, largest);
  }
}

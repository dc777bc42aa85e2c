package skypost.mail.auth.dmarc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.auth.dmarc.DmarcRecord.Psd;
import skypost.mail.dns.Lookups;
import skypost.mail.dns.Lookups.Found;

/** The records from a domain upwards (RFC 9989 section 4.10), each asked for once. */
final class TreeWalk {
  /** A longer name jumps to this many labels after the first question. */
  private static final int MAX_LABELS = 7;

  private final Lookups dns;
  private final Map<String, Found<String>> known = new HashMap<>();

  TreeWalk(Lookups dns) {
    this.dns = dns;
  }

  /** The DNS gives no answer now. */
  static final class NoAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    NoAnswer(String reason) {
      super(reason, null, false, false); // it is control flow: no stack trace
    }
  }

  /** A record and its domain. */
  record Step(String domain, DmarcRecord record) {}

  /** Records that were found, from the longest name to the shortest. */
  record Walked(String start, List<Step> steps) {
    /** Section 4.10.2. */
    String organization() {
      for (Step step : steps) {
        if (step.record().psd() == Psd.NO) {
          return step.domain();
        }
        if (step.record().psd() == Psd.YES && !step.domain().equals(start)) {
          return childOf(step.domain());
        }
      }
      return steps.isEmpty() ? start : steps.getLast().domain();
    }

    /** Section 4.10.1: the author's, else the organization's, else the public suffix's. */
    Optional<Step> policy() {
      String organization = organization();
      return at(start)
          .or(() -> at(organization))
          .or(() -> steps.stream().filter(step -> step.record().psd() == Psd.YES).findFirst());
    }

    private Optional<Step> at(String domain) {
      return steps.stream().filter(step -> step.domain().equals(domain)).findFirst();
    }

    private String childOf(String ancestor) {
      String below = start.substring(0, start.length() - ancestor.length() - 1);
      return below.substring(below.lastIndexOf('.') + 1) + '.' + ancestor;
    }
  }

  /** Walks from a canonical name. */
  Walked from(String start) throws NoAnswer {
    List<Step> steps = new ArrayList<>();
    Optional<String> name = Optional.of(start);
    while (name.isPresent()) {
      Optional<DmarcRecord> record = record(name.get());
      if (record.isPresent()) {
        steps.add(new Step(name.get(), record.get()));
        if (record.get().psd() != Psd.UNKNOWN) {
          break;
        }
      }
      name = parent(name.get());
    }
    return new Walked(start, steps);
  }

  /** The record of one name; several are none. */
  Optional<DmarcRecord> record(String domain) throws NoAnswer {
    return switch (known.computeIfAbsent(domain, each -> dns.texts("_dmarc." + each))) {
      case Found.Unknown<String>(String why) ->
          throw new NoAnswer("no answer for _dmarc." + domain + ": " + why);
      case Found.NoSuchName<String>() -> Optional.empty();
      case Found.Records<String>(List<String> texts) -> {
        List<String> records = texts.stream().filter(DmarcRecord::isRecord).toList();
        yield records.size() == 1
            ? Optional.of(DmarcRecord.read(records.getFirst()))
            : Optional.empty();
      }
    };
  }

  private static Optional<String> parent(String name) {
    String[] labels = name.split("\\.");
    if (labels.length == 1) {
      return Optional.empty();
    }
    int keep = Math.min(labels.length - 1, MAX_LABELS);
    return Optional.of(
        String.join(".", List.of(labels).subList(labels.length - keep, labels.length)));
  }
}

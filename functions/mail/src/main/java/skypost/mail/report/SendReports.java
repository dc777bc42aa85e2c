package skypost.mail.report;

import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import skypost.mail.auth.dmarc.ReportRequest;
import skypost.mail.directory.Page;
import skypost.mail.directory.Postmaster;
import skypost.mail.directory.ReportAddresses;
import skypost.mail.dns.Lookups;
import skypost.mail.dns.Lookups.Found;
import skypost.mail.message.Envelope;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.MailtoUri;
import skypost.mail.message.MessageId;
import skypost.mail.report.AggregateReport.Published;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.report.TlsReport.Failure;
import skypost.mail.report.TlsReport.PolicyResult;
import skypost.mail.tlspolicy.AppliedPolicy;
import skypost.mail.tlspolicy.TlsReportRecord;
import skypost.mail.tlspolicy.TlsReports;
import skypost.mail.tlspolicy.TlsResult;
import skypost.mail.tlspolicy.TlsSession;
import skypost.mail.trace.Traces;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;

/**
 * Tells the domains that ask for it what became of mail in their name on a day, and how connections
 * to their servers were. To do it again sends nothing twice by mail.
 */
public final class SendReports {
  private static final int PAGE = 100;

  /** Rows of one report; what is behind them is left out, since no domain reads further. */
  private static final int MAX_ROWS = 10_000;

  private static final int MAX_PLACES = 5; // of one domain

  /** What it works on. */
  public record Ports(
      TlsReports sessions,
      CountedMail mail,
      Lookups dns,
      Postmaster postmaster,
      IncomingMessages incoming,
      Traces traces,
      PostReports post) {}

  private final Ports ports;
  private final String hostname;

  /**
   * @param hostname our own name
   */
  public SendReports(Ports ports, String hostname) {
    this.ports = ports;
    this.hostname = hostname;
  }

  /**
   * What came of a run.
   *
   * @param sent reports that are on their way
   * @param known those that were already
   * @param failed those that could not be sent now by a fault of ours
   * @param refused those that another's server did not take, or whose place it did not tell
   */
  public record Result(int sent, int known, int failed, int refused) {
    private Result plus(Result other) {
      return new Result(
          sent + other.sent, known + other.known, failed + other.failed, refused + other.refused);
    }

    /**
     * Whether it is worth another run. Not for others' faults: it would post once more what others
     * have taken. But where nothing at all got through, the fault is rather ours.
     */
    public boolean isToBeRepeated() {
      return failed > 0 || (refused > 0 && sent + known == 0);
    }
  }

  private static final Result NONE = new Result(0, 0, 0, 0);
  private static final Result SENT = new Result(1, 0, 0, 0);
  private static final Result KNOWN = new Result(0, 1, 0, 0);
  private static final Result FAILED = new Result(0, 0, 1, 0);
  private static final Result REFUSED = new Result(0, 0, 0, 1);

  /**
   * Reports on a day.
   *
   * @param day in UTC; it should be over
   * @throws IOException when what was counted cannot be read
   */
  public Result send(LocalDate day) throws IOException {
    return new Run(day, from()).all();
  }

  /** The address that answers, bounces above all, come to. */
  private EmailAddress from() throws IOException {
    EmailAddress ours = ports.postmaster().home(new EmailAddress("postmaster", hostname));
    return ReportAddresses.dmarc(ours.domain());
  }

  private final class Run {
    private final LocalDate day;
    private final EmailAddress from;
    private final Instant begin;
    private final Instant end;

    Run(LocalDate day, EmailAddress from) {
      this.day = day;
      this.from = from;
      this.begin = day.atStartOfDay().toInstant(ZoneOffset.UTC);
      this.end = day.plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC).minusSeconds(1);
    }

    Result all() throws IOException {
      return tls().plus(dmarc());
    }

    private Result tls() throws IOException {
      Result result = NONE;
      Optional<String> next = Optional.empty();
      do {
        Page<TlsReports.Counted> page = ports.sessions().list(day, PAGE, next);
        for (TlsReports.Counted counted : page.items()) {
          result = result.plus(tls(counted));
        }
        next = page.next();
      } while (next.isPresent());
      return result;
    }

    private Result tls(TlsReports.Counted counted) {
      Optional<List<String>> places = places(counted.domain());
      if (places.isEmpty()) {
        return refused(counted.domain(), "DNS", new IOException("no answer"));
      }
      TlsReport report = report(counted);
      Result result = NONE;
      for (String place : places.get().stream().limit(MAX_PLACES).toList()) {
        Optional<EmailAddress> mailbox = MailtoUri.address(place);
        result =
            result.plus(mailbox.isPresent() ? mail(report, mailbox.get()) : post(report, place));
      }
      return result;
    }

    /** Empty when it cannot be told now. */
    private Optional<List<String>> places(String domain) {
      return switch (ports.dns().texts(TlsReportRecord.name(domain))) {
        case Found.Records<String>(List<String> texts) ->
            Optional.of(TlsReportRecord.addresses(texts));
        case Found.NoSuchName<String>() -> Optional.of(List.of());
        case Found.Unknown<String> ignored -> Optional.empty();
      };
    }

    private TlsReport report(TlsReports.Counted counted) {
      Map<String, PolicyResult> policies = new TreeMap<>(); // in an order that is always the same
      counted
          .counts()
          .forEach((session, count) ->
              policies.merge(
                  session.policy().toString(), result(session, count), SendReports::sum));
      return new TlsReport(
          head(counted.domain()), counted.domain(), List.copyOf(policies.values()));
    }

    private Result dmarc() throws IOException {
      Result result = NONE;
      String domain = "";
      List<Row> rows = new ArrayList<>();
      Optional<String> next = Optional.empty();
      do {
        Page<CountedMail.Counted> page = ports.mail().list(day, PAGE, next);
        for (CountedMail.Counted counted : page.items()) {
          if (!counted.domain().equals(domain)) {
            result = result.plus(dmarc(domain, rows));
            domain = counted.domain();
            rows = new ArrayList<>();
          }
          if (rows.size() < MAX_ROWS) {
            rows.add(counted.row());
          }
        }
        next = page.next();
      } while (next.isPresent());
      return result.plus(dmarc(domain, rows));
    }

    private Result dmarc(String domain, List<Row> rows) {
      if (rows.isEmpty()) {
        return NONE;
      }
      Optional<ReportRequest> request;
      try {
        request = ReportRequest.of(domain, ports.dns());
      } catch (ReportRequest.NoAnswerNow unknown) {
        return refused(domain, "DNS", unknown);
      }
      Result result = NONE;
      if (request.isPresent()) {
        var report = new AggregateReport(head(domain), published(request.get()), rows);
        for (EmailAddress address : request.get().addresses()) {
          result = result.plus(mail(report, address));
        }
      }
      return result;
    }

    private Report.Head head(String domain) {
      return new Report.Head(hostname, from.toString(), day + "." + domain, begin, end);
    }

    private Result mail(Report report, EmailAddress to) {
      MessageId id =
          MessageId.derived(
              end, "report " + report.kind() + " " + report.domain() + " " + day + " to " + to);
      try {
        if (ports.traces().receipt(id).isPresent()) {
          return KNOWN;
        }
        var envelope =
            new Envelope(
                Optional.of(from),
                to.isInternationalized() ? Map.of("SMTPUTF8", "") : Map.of(),
                List.of(new Envelope.Recipient(to, Map.of("NOTIFY", "NEVER"))),
                Envelope.Origin.internal(id.acceptedAt(), hostname));
        try (IncomingMessages.Draft draft = ports.incoming().begin(id, envelope)) {
          new OutgoingReport(report, hostname).writeTo(draft, id, from, to);
          draft.commit();
        }
      } catch (IOException fault) {
        return failed(report.domain(), to.toString(), fault);
      }
      return sent(report, to.toString());
    }

    private Result post(Report report, String place) {
      try {
        ports
            .post()
            .post(
                URI.create(place),
                OutgoingReport.TLS_TYPE,
                new OutgoingReport(report, hostname).file());
        return sent(report, place);
      } catch (IOException | IllegalArgumentException fault) {
        return refused(report.domain(), place, fault);
      }
    }

    private Result sent(Report report, String to) {
      EventLog.info("report-sent")
          .with("kind", report.kind().name())
          .with("domain", report.domain())
          .with("day", day.toString())
          .with("to", to)
          .write();
      return SENT;
    }

    private Result failed(String domain, String to, Exception fault) {
      unsent(domain, to, fault);
      return FAILED;
    }

    private Result refused(String domain, String to, Exception fault) {
      unsent(domain, to, fault);
      return REFUSED;
    }

    private static void unsent(String domain, String to, Exception fault) {
      EventLog.warn("report-unsent").with("domain", domain).with("to", to).cause(fault).write();
    }
  }

  private static Published published(ReportRequest request) {
    return new Published(
        request.domain(),
        request.policy().text(),
        request.subdomains().text(),
        request.missing().text(),
        request.strictDkim(),
        request.strictSpf(),
        request.testing());
  }

  private static PolicyResult result(TlsSession session, long count) {
    AppliedPolicy policy = session.policy();
    Optional<TlsResult> failure = session.failure();
    return new PolicyResult(
        policy.type().label(),
        policy.strings(),
        policy.mx(),
        failure.isPresent() ? 0 : count,
        failure.isPresent() ? count : 0,
        failure
            .map(each -> new Failure(each.label(), "", session.mx(), "", count, session.reason()))
            .map(List::of)
            .orElse(List.of()));
  }

  private static PolicyResult sum(PolicyResult one, PolicyResult other) {
    List<Failure> details = new ArrayList<>(one.details());
    details.addAll(other.details());
    details.sort((a, b) -> Long.compare(b.count(), a.count()));
    return new PolicyResult(
        one.type(),
        one.strings(),
        one.mx(),
        one.successes() + other.successes(),
        one.failures() + other.failures(),
        details);
  }
}

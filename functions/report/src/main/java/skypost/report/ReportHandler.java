package skypost.report;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import skypost.aws.AwsClients;
import skypost.aws.AwsPorts;
import skypost.mail.directory.Postmaster;
import skypost.mail.dns.Dns;
import skypost.mail.dns.DnsLookups;
import skypost.mail.json.Fields;
import skypost.mail.report.HttpsReports;
import skypost.mail.report.SendReports;
import skypost.mail.report.SendReports.Result;
import skypost.mail.settings.CommonSettings;
import skypost.mail.settings.SettingsReader;

/**
 * The handler of ReportFunction, woken once a day. The event is {@code {}}, for the day before, or
 * {@code {"day": "2026-11-24"}}, for one that was missed.
 */
public final class ReportHandler implements RequestStreamHandler {
  private static final int DNS_PORT = 53;

  private final SendReports reports;
  private final Clock clock;

  /** Wired by the function's environment. */
  public ReportHandler() {
    this(AwsClients.fromEnvironment(), new SettingsReader(System.getenv()), Clock.systemUTC());
  }

  /**
   * Wired by hand. @throws SettingsReader.SettingsException with every setting that is missing or
   * wrong
   */
  public ReportHandler(AwsClients clients, SettingsReader settings, Clock clock) {
    AwsPorts ports = new AwsPorts(clients, settings, clock);
    String hostname = settings.hostname(CommonSettings.HOSTNAME);
    var dns = Dns.at(settings.hostPort(CommonSettings.DNS, DNS_PORT));
    this.reports =
        new SendReports(
            new SendReports.Ports(
                ports.tlsReports(),
                ports.countedMail(),
                new DnsLookups(dns, () -> false),
                new Postmaster(ports.directory(), hostname),
                ports.messages(),
                ports.traces(),
                new HttpsReports(publicTrust(), false)),
            hostname);
    this.clock = clock;
    settings.check();
  }

  /** On any ports. */
  public ReportHandler(SendReports reports, Clock clock) {
    this.reports = reports;
    this.clock = clock;
  }

  private static SSLContext publicTrust() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every JDK has TLS
    }
  }

  /**
   * Sends what is to be sent.
   *
   * @throws IOException also when some reports could not be sent by a fault of ours: Lambda asks
   *     again, and those that are on their way are known
   */
  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    Result result = reports.send(day(Fields.read(input.readAllBytes())));
    if (result.isToBeRepeated()) {
      throw new IOException(
          (result.failed() + result.refused()) + " reports could not be sent now");
    }
    output.write(
        Fields.bytes(
            Map.of("sent", result.sent(), "known", result.known(), "refused", result.refused())));
  }

  private LocalDate day(Fields event) throws IOException {
    Optional<String> day = event.optionalText("day");
    if (day.isEmpty()) {
      return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).minusDays(1);
    }
    try {
      return LocalDate.parse(day.get());
    } catch (DateTimeException malformed) {
      throw new IOException("not a day: " + day.get(), malformed);
    }
  }
}

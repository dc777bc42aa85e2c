package skypost.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.auth.Zone;
import skypost.mail.directory.Domain;
import skypost.mail.directory.Postmaster;
import skypost.mail.memory.InMemoryCountedMail;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryTlsReports;
import skypost.mail.memory.InMemoryTraces;
import skypost.mail.report.AggregateReport.Evaluated;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.report.SendReports;

/** The events of events/report-*.json, through the real handler. */
class ReportHandlerTest {
  private static final Path EVENTS = Path.of("../../events");
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-25T00:20:00Z"), ZoneOffset.UTC);

  private final InMemoryCountedMail mail = new InMemoryCountedMail();
  private Zone zone =
      Zone.of("_dmarc.there.example TXT v=DMARC1; p=none; rua=mailto:r@there.example");

  @BeforeEach
  void yesterday() {
    Row row =
        new Row(
            "192.0.2.1",
            0,
            new Evaluated("none", false, false, ""),
            "there.example",
            "",
            List.of(),
            Optional.empty());
    mail.add(LocalDate.of(2026, 11, 24), "there.example", Map.of(row, 1L));
    mail.add(LocalDate.of(2026, 11, 20), "there.example", Map.of(row, 1L));
    mail.add(LocalDate.of(2026, 11, 20), "more.example", Map.of(row, 1L));
  }

  private String handle(byte[] event) throws IOException {
    var directory = new InMemoryDirectory();
    directory.putDomain(Domain.local("here.example"));
    var ports =
        new SendReports.Ports(
            new InMemoryTlsReports(),
            mail,
            zone,
            new Postmaster(directory, "mx.here.example"),
            new InMemoryMessages(),
            new InMemoryTraces(),
            (where, type, file) -> {
              throw new IOException("nothing is posted");
            });
    var output = new ByteArrayOutputStream();
    new ReportHandler(new SendReports(ports, "mx.here.example"), CLOCK)
        .handleRequest(new ByteArrayInputStream(event), output, null);
    return output.toString();
  }

  private String handle(String event) throws IOException {
    return handle(Files.readAllBytes(EVENTS.resolve(event)));
  }

  @Test
  void theDayBeforeIsReported() throws IOException {
    assertThat(handle("report-yesterday.json")).contains("\"sent\":1");
  }

  @Test
  void oneThatWasMissedCanBeAskedFor() throws IOException {
    zone.add("_dmarc.more.example TXT v=DMARC1; p=none; rua=mailto:r@more.example");

    assertThat(handle("report-day.json")).contains("\"sent\":2");
  }

  @Test
  void whatFailsIsAskedForAgain() {
    zone = Zone.of("_dmarc.there.example FAILS");

    assertThatThrownBy(() -> handle("report-yesterday.json"))
        .isInstanceOf(IOException.class)
        .hasMessage("1 reports could not be sent now");
  }

  /** Another run would post once more what others have taken. */
  @Test
  void theFaultOfOneDomainIsNotAskedForAgain() throws IOException {
    zone.add("_dmarc.more.example FAILS");

    assertThat(handle("report-day.json")).contains("\"sent\":1", "\"refused\":1");
  }

  @Test
  void aDayThatIsNoneIsTold() {
    assertThatThrownBy(() -> handle("{\"day\":\"soon\"}".getBytes())).hasMessage("not a day: soon");
  }
}

package skypost.mail.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.report.AggregateReport.Evaluated;
import skypost.mail.report.AggregateReport.Published;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.report.AggregateReport.Sender;
import skypost.mail.report.AggregateReport.Signature;
import skypost.mail.report.TlsReport.Failure;
import skypost.mail.report.TlsReport.PolicyResult;

/** Reports as other servers send them, and as nobody should. */
class ReportMailTest {
  private static final String AGGREGATE =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">
        <version>1.0</version>
        <report_metadata>
          <org_name>There &amp; Co</org_name>
          <email>noreply@there.example</email>
          <extra_contact_info>https://there.example/dmarc</extra_contact_info>
          <report_id>2026.1</report_id>
          <date_range><begin>1795478400</begin><end>1795564799</end></date_range>
          <generator>Another 2.0</generator>
        </report_metadata>
        <policy_published>
          <domain>Here.Example</domain>
          <discovery_method>treewalk</discovery_method>
          <p>reject</p><sp>quarantine</sp><np>reject</np>
          <adkim>s</adkim><aspf>r</aspf><testing>n</testing>
        </policy_published>
        <extension><x:more xmlns:x="urn:x">kept by others</x:more></extension>
        <record>
          <row>
            <source_ip>2001:DB8::1</source_ip>
            <count>12</count>
            <policy_evaluated>
              <disposition>pass</disposition><dkim>pass</dkim><spf>fail</spf>
              <reason><type>other</type><comment>none of yours</comment></reason>
            </policy_evaluated>
          </row>
          <identifiers>
            <envelope_to>there.example</envelope_to>
            <envelope_from>bounces.here.example</envelope_from>
            <header_from>here.example</header_from>
          </identifiers>
          <auth_results>
            <dkim><domain>here.example</domain><selector>s1</selector><result>pass</result></dkim>
            <dkim><domain>sender.example</domain><selector>x</selector><result>fail</result></dkim>
            <spf><domain>bounces.here.example</domain><scope>mfrom</scope><result>softfail</result></spf>
          </auth_results>
        </record>
        <record>
          <row>
            <source_ip>192.0.2.66</source_ip>
            <count>1</count>
            <policy_evaluated>
              <disposition>reject</disposition><dkim>fail</dkim><spf>fail</spf>
            </policy_evaluated>
          </row>
          <identifiers><header_from>here.example</header_from></identifiers>
          <auth_results/>
        </record>
      </feedback>
      """;

  /** Of RFC 7489: no namespace, no version, capital letters, HELO's result beside MAIL FROM's. */
  private static final String OLD =
      """
      <feedback>
        <report_metadata>
          <org_name>Old</org_name><email/><report_id>1</report_id>
          <date_range><begin>1795478400</begin><end>1795564799</end></date_range>
        </report_metadata>
        <policy_published><domain>here.example</domain><p>none</p><pct>100</pct></policy_published>
        <record>
          <row>
            <source_ip>192.0.2.1</source_ip><count>3</count>
            <policy_evaluated>
              <disposition>None</disposition><dkim>Pass</dkim><spf>Fail</spf>
            </policy_evaluated>
          </row>
          <identifiers><header_from>here.example</header_from></identifiers>
          <auth_results>
            <spf><domain>mx.here.example</domain><scope>helo</scope><result>pass</result></spf>
            <spf><domain>here.example</domain><result>Fail</result></spf>
          </auth_results>
        </record>
      </feedback>
      """;

  private static final String TLS =
      """
      {"organization-name": "There", "contact-info": "tls@there.example", "report-id": "t-1",
       "date-range": {"start-datetime": "2026-11-24T00:00:00Z", "end-datetime": "2026-11-24T23:59:59+00:00"},
       "policies": [
         {"policy": {"policy-type": "sts", "policy-string": ["version: STSv1", "mode: enforce"],
                     "policy-domain": "Here.Example", "mx-host": "*.here.example"},
          "summary": {"total-successful-session-count": 5326, "total-failure-session-count": 303},
          "failure-details": [
            {"result-type": "certificate-expired", "sending-mta-ip": "2001:db8::2",
             "receiving-mx-hostname": "mx1.here.example", "failed-session-count": 100},
            {"result-type": "validation-failure", "receiving-ip": "203.0.113.58",
             "failed-session-count": 203, "failure-reason-code": "X"}]}]}
      """;

  private static byte[] gzip(byte[] octets) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(octets);
    }
    return out.toByteArray();
  }

  private static byte[] zip(byte[] octets) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("../folder/"));
      zip.putNextEntry(new ZipEntry("../../etc/report.xml")); // a name is never looked at
      zip.write(octets);
    }
    return out.toByteArray();
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static InputStream mail(String type, byte[] file) {
    return new ByteArrayInputStream(
        octets(
            """
            From: noreply@there.example
            To: dmarc-reports@here.example
            Subject: Report Domain: here.example
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/plain

            For people.
            --b
            Content-Type: %s; name="report"
            Content-Transfer-Encoding: base64

            %s
            --b--
            """
                .formatted(type, Base64.getMimeEncoder().encodeToString(file))
                .replace("\n", "\r\n")
                .replace("\r\r\n", "\r\n")));
  }

  private static Report read(String type, byte[] file) throws MalformedReport, IOException {
    return ReportMail.read(mail(type, file));
  }

  @Test
  void anAggregateReportIsReadWhole() throws Exception {
    Report report = read("application/gzip", gzip(octets(AGGREGATE)));

    assertThat(report)
        .isEqualTo(
            new AggregateReport(
                new Report.Head(
                    "There & Co",
                    "noreply@there.example",
                    "2026.1",
                    Instant.parse("2026-11-24T00:00:00Z"),
                    Instant.parse("2026-11-24T23:59:59Z")),
                new Published("here.example", "reject", "quarantine", "reject", true, false, false),
                List.of(
                    new Row(
                        "2001:db8:0:0:0:0:0:1",
                        12,
                        new Evaluated("pass", true, false, "other"),
                        "here.example",
                        "bounces.here.example",
                        List.of(
                            new Signature("here.example", "s1", "pass"),
                            new Signature("sender.example", "x", "fail")),
                        Optional.of(new Sender("bounces.here.example", "softfail"))),
                    new Row(
                        "192.0.2.66",
                        1,
                        new Evaluated("reject", false, false, ""),
                        "here.example",
                        "",
                        List.of(),
                        Optional.empty()))));
    assertThat(report.day()).hasToString("2026-11-24");
  }

  @Test
  void anOldOneIsReadAsWell() throws Exception {
    AggregateReport report = (AggregateReport) read("text/xml", octets(OLD));

    assertThat(report.rows())
        .singleElement()
        .satisfies(row -> {
          assertThat(row.evaluated()).isEqualTo(new Evaluated("none", true, false, ""));
          assertThat(row.spf()).contains(new Sender("here.example", "fail"));
        });
  }

  @Test
  void aTlsReportIsReadWhole() throws Exception {
    Report report = read("application/tlsrpt+gzip", gzip(octets(TLS)));

    assertThat(report)
        .isEqualTo(
            new TlsReport(
                new Report.Head(
                    "There",
                    "tls@there.example",
                    "t-1",
                    Instant.parse("2026-11-24T00:00:00Z"),
                    Instant.parse("2026-11-24T23:59:59Z")),
                "here.example",
                List.of(
                    new PolicyResult(
                        "sts",
                        List.of("version: STSv1", "mode: enforce"),
                        List.of("*.here.example"),
                        5326,
                        303,
                        List.of(
                            new Failure(
                                "certificate-expired",
                                "2001:db8::2",
                                "mx1.here.example",
                                "",
                                100,
                                ""),
                            new Failure(
                                "validation-failure", "", "", "203.0.113.58", 203, "X"))))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/zip",
        "application/x-zip-compressed",
        "application/octet-stream",
        "application/gzip", // which it is not
      })
  void whatTheFileIsItsFirstOctetsTell(String type) throws Exception {
    assertThat(read(type, zip(octets(AGGREGATE))).domain()).isEqualTo("here.example");
  }

  @Test
  void aReportWithoutAnyMultipartIsOneToo() throws Exception {
    String mail =
        "Content-Type: application/gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + Base64.getMimeEncoder().encodeToString(gzip(octets(AGGREGATE)));

    assertThat(ReportMail.read(new ByteArrayInputStream(octets(mail))).domain())
        .isEqualTo("here.example");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<report_id>2026.1</report_id>||no report_id",
        "<domain>Here.Example</domain>|<domain>not a name</domain>|no domain in policy_published",
        "<count>12</count>|<count>-1</count>|count is out of range",
        "<count>12</count>|<count>many</count>|count is no number",
        "<count>12</count>|<count>99999999999999999999</count>|count is no number",
        "<source_ip>192.0.2.66</source_ip>|<source_ip>mx.here.example</source_ip>|source_ip is no IP address",
        "<begin>1795478400</begin>|<begin>9223372036854775807</begin>|begin is out of range",
        "<begin>1795478400</begin>|<begin>31556889864403199</begin>|begin is out of range",
        "</feedback>||not well-formed XML",
        "<feedback xmlns|<other xmlns|<other> is no aggregate report",
      })
  void aFaultIsTold(String right, String wrong, String told) {
    String xml = AGGREGATE.replace(right, wrong == null ? "" : wrong);

    assertThatThrownBy(() -> read("application/xml", octets(xml)))
        .isInstanceOf(MalformedReport.class)
        .hasMessage(told);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"report-id\": \"t-1\",||no report-id",
        "\"policy-domain\": \"Here.Example\",||no policy-domain",
        "5326|-1|total-successful-session-count is no number in range",
        "5326|\"many\"|total-successful-session-count is no number in range",
        "2026-11-24T00:00:00Z|yesterday|start-datetime is no time",
        "2026-11-24T00:00:00Z|+999999999-12-31T23:59:59Z|start-datetime is out of range",
        "]}]}||not well-formed JSON",
      })
  void aFaultOfATlsReportIsTold(String right, String wrong, String told) {
    String json = TLS.replace(right, wrong == null ? "" : wrong);

    assertThatThrownBy(() -> read("application/tlsrpt+json", octets(json)))
        .isInstanceOf(MalformedReport.class)
        .hasMessageContaining(told);
  }

  @Test
  void entitiesAreNotExpanded() {
    String bomb =
        AGGREGATE
            .replace(
                "<feedback",
                "<!DOCTYPE feedback [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><feedback")
            .replace("There &amp; Co", "&b;");

    assertThatThrownBy(() -> read("application/xml", octets(bomb)))
        .isInstanceOf(MalformedReport.class);
  }

  @Test
  void foreignFilesAreNotRead() throws Exception {
    String thief =
        AGGREGATE
            .replace(
                "<feedback",
                "<!DOCTYPE feedback [<!ENTITY f SYSTEM \"file:///etc/hostname\">]><feedback")
            .replace("There &amp; Co", "&f;");

    assertThatThrownBy(() -> read("application/xml", octets(thief)))
        .isInstanceOf(MalformedReport.class);
  }

  /** Ten megabytes in the message would be ten gigabytes. */
  @Test
  void bombsAreNotUnpacked() throws Exception {
    byte[] begin = octets(AGGREGATE.substring(0, AGGREGATE.indexOf("<version>")));
    byte[] blanks = new byte[64 * 1024];
    Arrays.fill(blanks, (byte) ' ');
    for (boolean isZip : new boolean[] {false, true}) {
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      OutputStream out;
      if (isZip) {
        ZipOutputStream zip = new ZipOutputStream(packed);
        zip.putNextEntry(new ZipEntry("a.xml"));
        out = zip;
      } else {
        out = new GZIPOutputStream(packed);
      }
      try (out) {
        out.write(begin);
        for (int i = 0; i < 64 * 16; i++) {
          out.write(blanks); // 64 MB
        }
      }
      assertThat(packed.size()).isLessThan(100_000);

      assertThatThrownBy(() -> read("application/gzip", packed.toByteArray()))
          .isInstanceOf(MalformedReport.class)
          .hasMessage("larger than a report may be");
    }
  }

  @Test
  void whatIsTooMuchIsRefused() {
    String row =
        AGGREGATE.substring(AGGREGATE.indexOf("<record>"), AGGREGATE.indexOf("</feedback>"));
    String many = AGGREGATE.replace("</feedback>", row.repeat(10_001) + "</feedback>");
    String deep = AGGREGATE.replace("</feedback>", "<a>".repeat(50_000));

    assertThatThrownBy(() -> read("application/gzip", gzip(octets(many))))
        .hasMessage("more than 20000 records");
    assertThatThrownBy(() -> read("application/gzip", gzip(octets(deep))))
        .hasMessage("elements within elements, more than 20");
  }

  @Test
  void aTextWithoutEndTakesNoMemory() {
    String start = AGGREGATE.substring(0, AGGREGATE.indexOf("There &amp; Co"));
    InputStream text =
        new SequenceInputStream(
            new ByteArrayInputStream(octets(start)),
            new InputStream() {
              @Override
              public int read() {
                return 'x';
              }

              @Override
              public int read(byte[] buffer, int offset, int length) {
                Arrays.fill(buffer, offset, offset + length, (byte) 'x');
                return length;
              }
            });

    assertThatThrownBy(() -> ReportFile.read(text)).hasMessage("larger than a report may be");
  }

  @Test
  void aDamagedFileIsNoFaultOfOurs() throws Exception {
    byte[] whole = gzip(octets(AGGREGATE));
    byte[] flipped = whole.clone();
    flipped[whole.length / 2] ^= 0x55;

    assertThatThrownBy(() -> read("application/gzip", Arrays.copyOf(whole, whole.length / 2)))
        .isInstanceOf(MalformedReport.class);
    assertThatThrownBy(() -> read("application/gzip", flipped)).isInstanceOf(MalformedReport.class);
    assertThatThrownBy(() -> read("application/gzip", octets("MZ and so on")))
        .hasMessage("neither XML nor JSON");
  }

  @Test
  void mailWithoutAReportIsNone() {
    assertThatThrownBy(() -> read("image/png", octets(AGGREGATE)))
        .isInstanceOf(MalformedReport.class)
        .hasMessage("no report in the message");
  }

  /** The message is our store's: what it cannot give now must not be taken for malformed. */
  @Test
  void aFaultOfTheStoreStaysOne() {
    byte[] begin = new byte[600];
    InputStream broken =
        new SequenceInputStream(
            mailHead(begin),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("the connection was reset");
              }
            });

    assertThatThrownBy(() -> ReportMail.read(broken))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("reset");
  }

  private static InputStream mailHead(byte[] file) {
    try {
      return new ByteArrayInputStream(mail("application/xml", file).readNBytes(500));
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Test
  void aLargeReportIsTrimmedAndItsSumsStayRight() throws Exception {
    StringBuilder rows = new StringBuilder();
    String row =
        AGGREGATE.substring(AGGREGATE.indexOf("<record>"), AGGREGATE.indexOf("</record>") + 9);
    for (int i = 0; i < 1000; i++) {
      rows.append(
          row.replace("2001:DB8::1", "10.0." + i / 250 + "." + i % 250)
              .replace("<count>12<", "<count>" + (i + 1) + "<"));
    }
    AggregateReport report =
        (AggregateReport)
            read("text/xml", octets(AGGREGATE.replace("</feedback>", rows + "</feedback>")));

    AggregateReport trimmed = report.trimmed();

    assertThat(trimmed.messages()).isEqualTo(report.messages()).isEqualTo(13 + 500_500);
    assertThat(trimmed.rows()).hasSizeLessThan(AggregateReport.KEPT_ROWS + 5);
    assertThat(trimmed.rows().getFirst().count()).isEqualTo(1000);
    assertThat(ReportJson.read(Report.Kind.DMARC, ReportJson.write(trimmed))).isEqualTo(trimmed);
  }

  /** Each was remembered: eleven megabytes of them in a mail ended the function. */
  @ParameterizedTest
  @ValueSource(strings = {"<a%d/>", "<a b%d=''/>", "<a xmlns:p%d='urn:x'/>", "<?p%d?>"})
  void namesWithoutEndAreRefused(String shape) {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 2000; i++) {
      many.append(shape.formatted(i));
    }
    String xml = AGGREGATE.replace("</feedback>", many + "</feedback>");

    assertThatThrownBy(() -> read("application/xml", octets(xml)))
        .isInstanceOf(MalformedReport.class)
        .hasMessage("more than 500 names");
  }

  /** DynamoDB would refuse it, at every try. */
  @Test
  void aReportOfLongTextsIsTrimmedToWhatAnItemHoldsAndItsSumsStayRight() throws Exception {
    StringBuilder rows = new StringBuilder();
    String row =
        AGGREGATE.substring(AGGREGATE.indexOf("<record>"), AGGREGATE.indexOf("</record>") + 9);
    String signature =
        "<dkim><domain>x.example</domain><selector>"
            + "\u00e9".repeat(400)
            + "</selector><result>pass</result></dkim>";
    for (int i = 0; i < 300; i++) {
      rows.append(
          row.replace("2001:DB8::1", "10.0." + i / 250 + "." + i % 250)
              .replace("<auth_results>", "<auth_results>" + signature.repeat(9)));
    }
    AggregateReport report =
        (AggregateReport)
            read("text/xml", octets(AGGREGATE.replace("</feedback>", rows + "</feedback>")));

    AggregateReport trimmed = report.trimmed();

    assertThat(ReportJson.write(report)).hasSizeGreaterThan(400_000);
    assertThat(ReportJson.write(trimmed)).hasSizeBetween(20_000, Report.MAX_KEPT);
    assertThat(trimmed.messages()).isEqualTo(report.messages());
  }
}

package skypost.mail.report;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;

/** Finds the report in a message that brings one (RFC 9990 section 3.3, RFC 8460 section 5.3). */
public final class ReportMail {
  private static final Set<String> TYPES =
      Set.of(
          "application/gzip",
          "application/x-gzip",
          "application/zip",
          "application/x-zip",
          "application/x-zip-compressed",
          "application/xml",
          "text/xml",
          "application/json",
          "application/tlsrpt+json",
          "application/tlsrpt+gzip",
          "application/octet-stream");
  private static final int MAX_PARTS = 50;
  private static final MimeConfig CONFIG =
      new MimeConfig.Builder()
          .setMaxLineLen(-1)
          .setMaxHeaderLen(64 * 1024)
          .setMaxHeaderCount(1000)
          .build();

  private ReportMail() {}

  /**
   * The first part that is a report.
   *
   * @param message raw, from its first octet
   * @throws MalformedReport when there is none that can be read
   * @throws IOException when the message cannot be read: nothing is known then
   */
  public static Report read(InputStream message) throws MalformedReport, IOException {
    MimeTokenStream stream = new MimeTokenStream(CONFIG, DecodeMonitor.SILENT, null, null);
    Optional<MalformedReport> fault = Optional.empty();
    try {
      stream.parse(message);
      int parts = 0;
      EntityState state = stream.getState();
      while (state != EntityState.T_END_OF_STREAM && parts < MAX_PARTS) {
        if (state == EntityState.T_BODY) {
          parts++;
          if (TYPES.contains(stream.getBodyDescriptor().getMimeType().toLowerCase(Locale.ROOT))) {
            try {
              return ReportFile.read(stream.getDecodedInputStream());
            } catch (MalformedReport none) {
              fault = fault.or(() -> Optional.of(none));
            }
          }
        }
        state = stream.next();
      }
    } catch (MimeException malformed) {
      throw new MalformedReport("the message is malformed", malformed);
    }
    throw fault.orElseGet(() -> new MalformedReport("no report in the message"));
  }
}

package skypost.mail.report;

import java.io.IOException;
import java.net.URI;

/** Takes reports to where a domain wants them by HTTPS (RFC 8460 section 5.4). */
@FunctionalInterface
public interface PostReports {
  /**
   * Posts a file.
   *
   * @param type its media type
   * @throws IOException when it was not taken
   */
  void post(URI where, String type, byte[] file) throws IOException;
}

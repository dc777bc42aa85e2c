package skypost.local.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A Postfix that takes mail for one domain and hands it to its discard transport: the full way of a
 * message, without a disk at the end.
 */
final class PostfixServer {
  private PostfixServer() {}

  static Server start(Path folder) throws IOException {
    Postfix postfix =
        Postfix.start(
            folder,
            List.of(
                "mynetworks = 192.0.2.0/24", // nobody here: it must decide as for a stranger
                "relay_domains = " + Servers.DOMAIN,
                "relay_transport = discard:",
                "smtpd_relay_restrictions = reject_unauth_destination",
                "default_process_limit = 200"));
    return new Server(
        "Postfix", postfix.address(), Optional.of(postfix.processes()), false, postfix::close);
  }
}

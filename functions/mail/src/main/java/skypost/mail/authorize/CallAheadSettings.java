package skypost.mail.authorize;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import skypost.mail.directory.HostPort;
import skypost.mail.dns.ClientLists;
import skypost.mail.dns.Dns;
import skypost.mail.dns.MailExchangers;
import skypost.mail.settings.CommonSettings;
import skypost.mail.settings.SettingsReader;
import skypost.protocol.smtp.client.OpportunisticTls;
import skypost.protocol.smtp.client.SmtpClient;
import skypost.protocol.smtp.client.Timeouts;

/**
 * What a function that calls ahead is told.
 *
 * @param hostname our name in the MX lists in which only those before us are asked
 * @param helo our name in EHLO
 * @param dns the resolver; empty: the system's
 * @param outboundPort where exchangers listen
 */
public record CallAheadSettings(
    String hostname, String helo, Optional<HostPort> dns, int outboundPort) {
  private static final int DNS_PORT = 53;
  private static final Duration LOOKUP = Duration.ofSeconds(2); // a client waits for us

  /** Reads them; errors stay with the reader. */
  public static CallAheadSettings read(SettingsReader reader) {
    return new CallAheadSettings(
        reader.hostname(CommonSettings.HOSTNAME),
        reader.hostname(CommonSettings.HELO_NAME, CommonSettings.HOSTNAME),
        reader.hostPort(CommonSettings.DNS, DNS_PORT),
        reader.port(CommonSettings.OUTBOUND_PORT));
  }

  /** Asks DNS lists. Nothing is made before the first question. */
  public ClientScreen screen() {
    return ClientScreen.lazily(() -> new ClientLists(new Dns(Dns.resolver(dns), LOOKUP), LOOKUP));
  }

  /** Asks by SMTP. Nothing is made before the first question. */
  public RecipientProbe probe() {
    return new SmtpRecipientProbe(() ->
        new SmtpRecipientProbe.Means(
            new SmtpClient(helo, Timeouts.STANDARD),
            OpportunisticTls.demand(),
            new MailExchangers(
                new Dns(Dns.resolver(dns), LOOKUP), Set.of(hostname), new SecureRandom()),
            outboundPort));
  }
}

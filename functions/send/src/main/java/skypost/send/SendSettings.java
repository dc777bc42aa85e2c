package skypost.send;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.Network;
import skypost.mail.send.RetrySchedule;
import skypost.mail.send.SendDue;
import skypost.mail.settings.CommonSettings;
import skypost.mail.settings.Setting;
import skypost.mail.settings.SettingsReader;
import skypost.mail.settings.SmartHostSetting;

/**
 * What SendFunction is told, besides where its ports are.
 *
 * @param hostname our name in bounces and in MX lists
 * @param helo our name in EHLO
 * @param dns the resolver; empty: the system's
 * @param outboundPort where exchangers listen
 * @param smartHost takes all outbound mail, unless the directory names another
 * @param schedule when a message is tried
 * @param ownAddresses where we take mail ourselves
 * @param trustedNetworks whose mail is signed as our users' is, until the directory names others
 * @param tls what is looked at and believed for TLS
 * @param limits how much goes to a destination at once
 */
public record SendSettings(
    String hostname,
    String helo,
    Optional<HostPort> dns,
    int outboundPort,
    Optional<SmartHostSetting> smartHost,
    RetrySchedule schedule,
    List<InetAddress> ownAddresses,
    List<Network> trustedNetworks,
    TlsSettings tls,
    SendDue.Limits limits) {
  public static final Setting RETRY_SCHEDULE =
      new Setting(
          "SKYPOST_RETRY_SCHEDULE",
          "waits before each delivery attempt, the first from acceptance; after the last a message bounces (ISO-8601 durations); empty: "
              + RetrySchedule.DEFAULT
              + " and so on for five days",
          "");

  public static final Setting DESTINATION_CONCURRENCY =
      new Setting(
          "SKYPOST_DESTINATION_CONCURRENCY",
          "messages at once to one destination or smart host, of all functions together",
          Integer.toString(SendDue.Limits.USUAL.destination()));
  public static final Setting WORKERS =
      new Setting(
          "SKYPOST_WORKERS",
          "SendFunctions that run at once at most; each has its share of what a destination gets",
          "1");

  private static final int MOST_AT_ONCE = 1000;
  private static final int DNS_PORT = 53;

  /** Reads them; errors stay with the reader. */
  public static SendSettings read(SettingsReader reader) {
    return new SendSettings(
        reader.hostname(CommonSettings.HOSTNAME),
        reader.hostname(CommonSettings.HELO_NAME, CommonSettings.HOSTNAME),
        reader.hostPort(CommonSettings.DNS, DNS_PORT),
        reader.port(CommonSettings.OUTBOUND_PORT),
        reader.smartHost(CommonSettings.SMART_HOST),
        RetrySchedule.of(reader.durations(RETRY_SCHEDULE)),
        reader.addresses(CommonSettings.OWN_ADDRESSES),
        reader.networks(CommonSettings.TRUSTED_NETWORKS),
        TlsSettings.read(reader),
        new SendDue.Limits(
            (int) reader.number(DESTINATION_CONCURRENCY, 1, MOST_AT_ONCE),
            (int) reader.number(WORKERS, 1, MOST_AT_ONCE)));
  }
}

package skypost.send;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.Network;
import skypost.mail.send.RetrySchedule;
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
    TlsSettings tls) {
  public static final Setting RETRY_SCHEDULE =
      new Setting(
          "SKYPOST_RETRY_SCHEDULE",
          "waits before each delivery attempt, the first from acceptance; after the last a message bounces (ISO-8601 durations); empty: "
              + RetrySchedule.DEFAULT
              + " and so on for five days",
          "");

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
        TlsSettings.read(reader));
  }
}

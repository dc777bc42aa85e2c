package skypost.api;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import skypost.mail.authorize.CallAheadSettings;
import skypost.mail.directory.RelaySettings;
import skypost.mail.dns.Dns;
import skypost.mail.dns.DnsLookups;
import skypost.mail.dns.PublishedRecords;
import skypost.mail.settings.CommonSettings;
import skypost.mail.settings.Setting;
import skypost.mail.settings.SettingsReader;
import skypost.mail.settings.SmartHostSetting;

/**
 * ApiFunction's settings, besides those of its ports.
 *
 * @param adminToken the bearer token that may do everything
 * @param callAhead our own name, also for bounces, and how a relay domain's primary is asked
 * @param relay what holds until relay settings are put
 * @param outboundAddresses that mail leaves from, for what domains should publish
 */
public record ApiSettings(
    String adminToken,
    CallAheadSettings callAhead,
    RelaySettings relay,
    List<InetAddress> outboundAddresses) {
  public static final Setting ADMIN_TOKEN =
      new Setting("SKYPOST_ADMIN_TOKEN", "the bearer token of the HTTP API", "");
  public static final Setting OUTBOUND_ADDRESSES =
      new Setting(
          "SKYPOST_OUTBOUND_ADDRESSES",
          "IP addresses that mail leaves from, for the SPF records that we advise (comma-separated); empty: those of SKYPOST_HELO_NAME in the DNS",
          "");

  private static final Duration DNS_TIMEOUT = Duration.ofSeconds(2);
  private static final int DNS_TRIES = 2;
  private static final Duration DNS_LONGEST = Duration.ofSeconds(20); // a client waits 29 seconds

  /** Reads them; what is wrong is told by the reader's check. */
  public static ApiSettings read(SettingsReader reader) {
    return new ApiSettings(
        reader.required(ADMIN_TOKEN),
        CallAheadSettings.read(reader),
        new RelaySettings(
            reader.networks(CommonSettings.TRUSTED_NETWORKS),
            reader.smartHost(CommonSettings.SMART_HOST).map(SmartHostSetting::smartHost)),
        reader.addresses(OUTBOUND_ADDRESSES));
  }

  /** Asks the DNS for what is published now: nothing that was heard before is remembered. */
  PublishedRecords publishedRecords() {
    long end = System.nanoTime() + DNS_LONGEST.toNanos();
    return new DnsLookups(
        Dns.published(callAhead.dns(), DNS_TIMEOUT, DNS_TRIES), () -> System.nanoTime() - end > 0);
  }

  String hostname() {
    return callAhead.hostname();
  }

  @Override
  public String toString() {
    return "ApiSettings[" + hostname() + "]"; // no secrets in logs
  }
}

package skypost.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import skypost.mail.authorize.CallAheadSettings;
import skypost.mail.directory.RelaySettings;
import skypost.mail.dns.Dns;
import skypost.mail.dns.DnsLookups;
import skypost.mail.dns.MailExchangers;
import skypost.mail.dns.PublishedRecords;
import skypost.mail.settings.CommonSettings;
import skypost.mail.settings.Setting;
import skypost.mail.settings.SettingsReader;
import skypost.mail.settings.SmartHostSetting;
import skypost.mail.tlspolicy.HttpsPolicyFiles;
import skypost.mail.tlspolicy.PolicyFiles;
import skypost.mail.tlspolicy.StsPolicy;

/**
 * ApiFunction's settings, besides those of its ports.
 *
 * @param adminToken the bearer token that may do everything
 * @param callAhead our own name, also for bounces, and how a relay domain's primary is asked
 * @param relay what holds until relay settings are put
 * @param outboundAddresses that mail leaves from, for what domains should publish
 * @param policyMode what the MTA-STS policies of our domains ask of senders
 */
public record ApiSettings(
    String adminToken,
    CallAheadSettings callAhead,
    RelaySettings relay,
    List<InetAddress> outboundAddresses,
    StsPolicy.Mode policyMode) {
  public static final Setting ADMIN_TOKEN =
      new Setting("SKYPOST_ADMIN_TOKEN", "the bearer token of the HTTP API", "");
  public static final Setting OUTBOUND_ADDRESSES =
      new Setting(
          "SKYPOST_OUTBOUND_ADDRESSES",
          "IP addresses that mail leaves from, for the SPF records that we advise (comma-separated); empty: those of SKYPOST_HELO_NAME in the DNS",
          "");

  public static final Setting MTA_STS_MODE =
      new Setting(
          "SKYPOST_MTA_STS_MODE",
          "what the MTA-STS policies of our domains ask of senders: testing, enforce, or none",
          "testing");

  private static final Duration DNS_TIMEOUT = Duration.ofSeconds(2);
  private static final int DNS_TRIES = 2;
  private static final int POLICY_PORT = 443;
  private static final Duration POLICY_LONGEST = Duration.ofSeconds(8);
  private static final Duration DNS_LONGEST = Duration.ofSeconds(20); // a client waits 29 seconds

  /** Reads them; what is wrong is told by the reader's check. */
  public static ApiSettings read(SettingsReader reader) {
    return new ApiSettings(
        reader.required(ADMIN_TOKEN),
        CallAheadSettings.read(reader),
        new RelaySettings(
            reader.networks(CommonSettings.TRUSTED_NETWORKS),
            reader.smartHost(CommonSettings.SMART_HOST).map(SmartHostSetting::smartHost)),
        reader.addresses(OUTBOUND_ADDRESSES),
        mode(reader));
  }

  private static StsPolicy.Mode mode(SettingsReader reader) {
    for (StsPolicy.Mode mode : StsPolicy.Mode.values()) {
      if (Members.spelled(mode).equals(reader.text(MTA_STS_MODE))) {
        return mode;
      }
    }
    reader.reject(MTA_STS_MODE, "is not testing, enforce or none");
    return StsPolicy.Mode.TESTING;
  }

  /** Asks the DNS for what is published now: nothing that was heard before is remembered. */
  PublishedRecords publishedRecords() {
    long end = System.nanoTime() + DNS_LONGEST.toNanos();
    return new DnsLookups(
        Dns.published(callAhead.dns(), DNS_TIMEOUT, DNS_TRIES), () -> System.nanoTime() - end > 0);
  }

  /** Fetches MTA-STS policies as any sender does, but with less patience. */
  PolicyFiles policyFiles() {
    return domain -> {
      var hosts =
          new MailExchangers(
              Dns.at(callAhead.dns()), Set.of(callAhead.hostname()), new SecureRandom());
      try {
        var files = new HttpsPolicyFiles(hosts, SSLContext.getDefault(), POLICY_PORT);
        return CompletableFuture.supplyAsync(
                () -> fetched(files, domain), Thread::startVirtualThread)
            .get(POLICY_LONGEST.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException failed) {
        throw new IOException(failed.getCause().getMessage(), failed);
      } catch (TimeoutException late) {
        throw new IOException("no answer in time", late);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", stopped);
      } catch (NoSuchAlgorithmException impossible) {
        throw new IllegalStateException(impossible); // every JDK has a default
      }
    };
  }

  private static String fetched(PolicyFiles files, String domain) {
    try {
      return files.fetch(domain);
    } catch (IOException fault) {
      throw new UncheckedIOException(fault.getMessage(), fault);
    }
  }

  String hostname() {
    return callAhead.hostname();
  }

  @Override
  public String toString() {
    return "ApiSettings[" + hostname() + "]"; // no secrets in logs
  }
}

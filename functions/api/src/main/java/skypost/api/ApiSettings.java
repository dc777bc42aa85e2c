package skypost.api;

import skypost.mail.authorize.CallAheadSettings;
import skypost.mail.directory.RelaySettings;
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
 */
public record ApiSettings(String adminToken, CallAheadSettings callAhead, RelaySettings relay) {
  public static final Setting ADMIN_TOKEN =
      new Setting("SKYPOST_ADMIN_TOKEN", "the bearer token of the HTTP API", "");

  /** Reads them; what is wrong is told by the reader's check. */
  public static ApiSettings read(SettingsReader reader) {
    return new ApiSettings(
        reader.required(ADMIN_TOKEN),
        CallAheadSettings.read(reader),
        new RelaySettings(
            reader.networks(CommonSettings.TRUSTED_NETWORKS),
            reader.smartHost(CommonSettings.SMART_HOST).map(SmartHostSetting::smartHost)));
  }

  String hostname() {
    return callAhead.hostname();
  }

  @Override
  public String toString() {
    return "ApiSettings[" + hostname() + "]"; // no secrets in logs
  }
}

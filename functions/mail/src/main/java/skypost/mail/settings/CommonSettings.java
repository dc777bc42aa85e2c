package skypost.mail.settings;

/** Settings that several programs read, each documented once. */
public final class CommonSettings {
  public static final Setting HOSTNAME =
      new Setting(
          "SKYPOST_HOSTNAME",
          "our name in greetings, trace headers and bounces; best the name that our PTR record bears",
          "localhost");
  public static final Setting TRUSTED_NETWORKS =
      new Setting(
          "SKYPOST_TRUSTED_NETWORKS",
          "networks that may relay without login (CIDR, comma-separated), until the API sets others",
          "127.0.0.0/8,::1/128");
  public static final Setting SMART_HOST =
      new Setting(
          "SKYPOST_SMART_HOST",
          "host:port that takes all outbound mail instead of the MX, until the API sets another",
          "");

  private CommonSettings() {}
}

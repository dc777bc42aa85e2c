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
          "networks that may relay without login (CIDR, comma-separated), until the API sets others; POP3 takes passwords without TLS from them",
          "127.0.0.0/8,::1/128");
  public static final Setting SMART_HOST =
      new Setting(
          "SKYPOST_SMART_HOST",
          "server that takes all outbound mail instead of the MX, until the API sets another: "
              + SmartHostSetting.FORM,
          "");

  public static final Setting DNS =
      new Setting("SKYPOST_DNS", "host:port of the DNS resolver; empty: the system's", "");
  public static final Setting OWN_ADDRESSES =
      new Setting(
          "SKYPOST_OWN_ADDRESSES",
          "IP addresses at which we take mail, besides this machine's own (comma-separated): mail is never passed on to them",
          "");
  public static final Setting OUTBOUND_PORT =
      new Setting(
          "SKYPOST_OUTBOUND_PORT",
          "TCP port of other mail servers; another than 25 is for tests",
          "25");

  public static final Setting HELO_NAME =
      new Setting(
          "SKYPOST_HELO_NAME",
          "our name in EHLO to other servers: what the PTR record of the address that mail leaves from says; empty: SKYPOST_HOSTNAME",
          "");
  public static final Setting RETURN_SECRETS =
      new Setting(
          "SKYPOST_RETURN_SECRETS",
          "secrets of 16 characters and more, comma-separated, that sign the senders of forwarded mail: the first makes them, all are accepted; empty: senders stay",
          "");

  public static final Setting PROXY_NETWORKS =
      new Setting(
          "SKYPOST_PROXY_NETWORKS",
          "networks of load balancers (CIDRs) that must begin with a PROXY protocol v2 header",
          "");
  public static final Setting MAX_CONNECTIONS =
      new Setting(
          "SKYPOST_MAX_CONNECTIONS",
          "connections at once for each port; more are told to come again",
          "10000");

  private CommonSettings() {}
}

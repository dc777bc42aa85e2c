package skypost.send;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import skypost.mail.directory.HostPort;
import skypost.mail.dns.Dns;
import skypost.mail.dns.MailExchangers;
import skypost.mail.dns.SecureDns;
import skypost.mail.settings.Setting;
import skypost.mail.settings.SettingsReader;
import skypost.mail.tls.TrustedRoots;
import skypost.mail.tlspolicy.CertificateCheck;
import skypost.mail.tlspolicy.Dane;
import skypost.mail.tlspolicy.HttpsPolicyFiles;
import skypost.mail.tlspolicy.KeptPolicies;
import skypost.mail.tlspolicy.MtaSts;
import skypost.mail.tlspolicy.TlsPolicies;

/**
 * What SendFunction looks at and believes when it decides about TLS.
 *
 * @param dane whether DANE is looked at
 * @param anchors DS records that DNSSEC is validated from
 * @param policyPort where MTA-STS policies are published
 * @param trusted believes the JVM's authorities, and those of the administrator
 * @param check believes the same
 */
public record TlsSettings(
    boolean dane, String anchors, int policyPort, SSLContext trusted, CertificateCheck check) {
  public static final Setting DANE =
      new Setting(
          "SKYPOST_DANE",
          "on, or off: whether TLSA records of other servers are validated and enforced (RFC 7672)",
          "on");
  public static final Setting TRUST_ANCHORS =
      new Setting(
          "SKYPOST_TRUST_ANCHORS",
          "DS records of the DNS root (zone file format, comma-separated); empty: those of IANA",
          "");
  public static final Setting POLICY_PORT =
      new Setting(
          "SKYPOST_POLICY_PORT",
          "TCP port of MTA-STS policy hosts; another than 443 is for tests",
          "443");
  public static final Setting TRUSTED_ROOTS =
      new Setting(
          "SKYPOST_TRUSTED_ROOTS",
          "certificates (PEM) of authorities that are trusted besides the public ones, such as a smart host's",
          "");

  /** All of them, for {@code --help}. */
  public static final List<Setting> SETTINGS =
      List.of(DANE, TRUST_ANCHORS, POLICY_PORT, TRUSTED_ROOTS);

  /** Reads them; errors stay with the reader. */
  static TlsSettings read(SettingsReader reader) {
    String dane = reader.text(DANE);
    if (!dane.equals("on") && !dane.equals("off")) {
      reader.reject(DANE, "is neither on nor off");
    }
    String roots = "";
    try {
      TrustedRoots.context(reader.text(TRUSTED_ROOTS));
      roots = reader.text(TRUSTED_ROOTS);
    } catch (IllegalArgumentException malformed) {
      reader.reject(TRUSTED_ROOTS, "is no PEM with certificates");
    }
    String anchors =
        reader
            .optional(TRUST_ANCHORS)
            .map(text -> text.replace(',', '\n') + "\n")
            .orElse(SecureDns.ROOT_ANCHORS);
    return new TlsSettings(
        dane.equals("on"),
        anchors,
        reader.port(POLICY_PORT),
        TrustedRoots.context(roots),
        new CertificateCheck(TrustedRoots.manager(roots)));
  }

  /**
   * What is looked up.
   *
   * @param server the resolver, which DNSSEC asks by itself; empty: the system's
   * @param dns asks the same
   * @param hosts finds policy hosts
   */
  record Lookups(Optional<HostPort> server, Dns dns, MailExchangers hosts) {}

  /**
   * The policies of other servers.
   *
   * @param smtpPort of other servers, which TLSA records are of
   */
  TlsPolicies policies(Lookups lookups, KeptPolicies kept, int smtpPort) {
    Clock clock = Clock.systemUTC();
    Optional<Dane> looked =
        dane
            ? Optional.of(
                new Dane(
                    new SecureDns(Dns.resolver(lookups.server()), anchors, clock), smtpPort, clock))
            : Optional.empty();
    var files = new HttpsPolicyFiles(lookups.hosts(), trusted, policyPort);
    MtaSts sts = new MtaSts(lookups.dns(), files, kept, clock);
    return new TlsPolicies(looked, Optional.of(sts), trusted).examining(check);
  }
}

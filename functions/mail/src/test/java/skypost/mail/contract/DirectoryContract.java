package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.Account;
import skypost.mail.directory.AddressPattern;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.Network;
import skypost.mail.directory.RelayRule;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.SenderExemption;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.directory.SmartHost;
import skypost.mail.directory.SmartHosts;
import skypost.protocol.address.EmailAddress;

/** What every {@link Directory} must do. */
public abstract class DirectoryContract {
  /** The directory under test. */
  protected abstract Directory directory() throws IOException;

  @Test
  void aDomainComesBackAsItWasPut() throws IOException {
    Directory directory = directory();
    Domain local = Domain.local(Samples.name("local-") + ".example");
    Domain relay =
        new Domain(
            Samples.name("relay-") + ".example",
            Domain.Kind.RELAY,
            Optional.of(new HostPort("2001:db8::1", 2525)),
            new SenderPolicy(
                SenderPolicy.DmarcReject.REFUSE,
                SenderPolicy.Spoofed.ACCEPT,
                List.of(
                    new SenderExemption.Sender(AddressPattern.of("*.news.example")),
                    new SenderExemption.Sender(AddressPattern.of("\"a b\"@far.example")),
                    new SenderExemption.Client(Network.of("2001:db8::/32")),
                    new SenderExemption.Sealer("lists.example"))),
            Domain.RecipientCheck.CALL_AHEAD);

    directory.putDomain(local);
    directory.putDomain(relay);

    assertThat(directory.domain(local.name())).contains(local);
    assertThat(directory.domain(relay.name())).contains(relay);
    assertThat(directory.domain(Samples.name("none-") + ".example")).isEmpty();
  }

  @Test
  void aDomainThatIsPutAgainIsReplaced() throws IOException {
    Directory directory = directory();
    String name = Samples.name("turned-") + ".example";
    directory.putDomain(
        new Domain(
            name,
            Domain.Kind.RELAY,
            Optional.of(new HostPort("mx.example", 25)),
            new SenderPolicy(
                SenderPolicy.DmarcReject.REFUSE, SenderPolicy.Spoofed.REFUSE, List.of())));

    directory.putDomain(Domain.local(name));

    assertThat(directory.domain(name)).contains(Domain.local(name));
  }

  @Test
  void domainsAreListedByNameInPages() throws IOException {
    Directory directory = directory();
    String suffix = Samples.name(".d-") + ".example";
    List<String> names = new ArrayList<>();
    for (char c = 'g'; c >= 'a'; c--) {
      names.addFirst(c + suffix);
      directory.putDomain(Domain.local(c + suffix));
    }

    List<Domain> listed = Samples.all(3, next -> directory.domains(3, next));

    assertThat(listed).extracting(Domain::name).isSorted().doesNotHaveDuplicates();
    assertThat(listed)
        .extracting(Domain::name)
        .filteredOn(name -> name.endsWith(suffix))
        .isEqualTo(names);
  }

  @Test
  void aDeletedDomainIsGone() throws IOException {
    Directory directory = directory();
    Domain domain = Domain.local(Samples.name("gone-") + ".example");
    directory.putDomain(domain);

    assertThat(directory.deleteDomain(domain.name())).isTrue();

    assertThat(directory.domain(domain.name())).isEmpty();
    assertThat(directory.deleteDomain(domain.name())).isFalse();
    assertThat(Samples.all(100, next -> directory.domains(100, next))).doesNotContain(domain);
  }

  @Test
  void accountsComeBackAsTheyWerePut() throws IOException {
    Directory directory = directory();
    var user = new Account.User(Samples.user(), 123_456_789_012L, true);
    var alias =
        new Account.Alias(
            Samples.user(),
            List.of(
                Samples.address("用户@far.example"), user.address(), Samples.address("a@b.example")));

    assertThat(directory.putAccount(user)).isTrue();
    assertThat(directory.putAccount(alias)).isTrue();

    assertThat(directory.account(user.address())).contains(user);
    assertThat(directory.account(alias.address())).contains(alias);
    assertThat(directory.account(Samples.user())).isEmpty();
  }

  @Test
  void anAccountThatIsPutAgainIsReplaced() throws IOException {
    Directory directory = directory();
    EmailAddress address = Samples.user();
    directory.putAccount(new Account.User(address, 1000, true));

    assertThat(directory.putAccount(new Account.User(address, 0, false))).isTrue();

    assertThat(directory.account(address)).contains(new Account.User(address, 0, false));
  }

  @Test
  void anAddressIsNotUserAndAliasAtOnce() throws IOException {
    Directory directory = directory();
    var user = new Account.User(Samples.user(), 0, false);
    var alias = new Account.Alias(Samples.user(), List.of(user.address()));
    directory.putAccount(user);
    directory.putAccount(alias);

    assertThat(directory.putAccount(new Account.Alias(user.address(), List.of(alias.address()))))
        .isFalse();
    assertThat(directory.putAccount(new Account.User(alias.address(), 0, false))).isFalse();

    assertThat(directory.account(user.address())).contains(user);
    assertThat(directory.account(alias.address())).contains(alias);
  }

  @Test
  void aLookUpFindsOnlyTheAddressItself() throws IOException {
    Directory directory = directory();
    String domain = Samples.name("exact-") + ".example";
    var all =
        new Account.Alias(new EmailAddress(Account.CATCH_ALL, domain), List.of(Samples.user()));
    directory.putAccount(all);

    assertThat(directory.account(new EmailAddress("anyone", domain))).isEmpty();
    assertThat(directory.account(all.address())).contains(all);
  }

  @Test
  void theAccountsOfADomainAreListedInPages() throws IOException {
    Directory directory = directory();
    String domain = Samples.name("many-") + ".example";
    List<Account> accounts = new ArrayList<>();
    for (int i = 24; i >= 0; i--) {
      EmailAddress address = new EmailAddress(String.format("a%02d", i), domain);
      Account account =
          i % 2 == 0
              ? new Account.User(address, i, false)
              : new Account.Alias(address, List.of(Samples.user()));
      accounts.addFirst(account);
      directory.putAccount(account);
    }
    directory.putAccount(new Account.User(new EmailAddress("a00", "x" + domain), 0, false));

    assertThat(Samples.all(10, next -> directory.accounts(domain, 10, next))).isEqualTo(accounts);
    assertThat(Samples.all(5, next -> directory.accounts(domain, 5, next))).isEqualTo(accounts);
    assertThat(
            Samples.all(
                5, next -> directory.accounts(Samples.name("empty-") + ".example", 5, next)))
        .isEmpty();
  }

  @Test
  void aDeletedAccountIsGoneAndItsAddressFree() throws IOException {
    Directory directory = directory();
    EmailAddress address = Samples.user();
    directory.putAccount(new Account.User(address, 0, false));

    assertThat(directory.deleteAccount(address)).isTrue();

    assertThat(directory.account(address)).isEmpty();
    assertThat(directory.deleteAccount(address)).isFalse();
    assertThat(directory.putAccount(new Account.Alias(address, List.of(Samples.user())))).isTrue();
  }

  @Test
  void ofTwoWhoChangeADomainAtOnceTheSecondIsTold() throws IOException {
    Directory directory = directory();
    Domain seen = Domain.local(Samples.name("both-") + ".example");
    Domain one = relaying(seen, "one.example");
    directory.putDomain(seen);

    assertThat(directory.replaceDomain(seen, one)).isTrue();
    assertThat(directory.replaceDomain(seen, relaying(seen, "two.example"))).isFalse();

    assertThat(directory.domainNow(seen.name())).contains(one);
    assertThat(directory.replaceDomain(one, seen)).isTrue();
    directory.deleteDomain(seen.name());
    assertThat(directory.replaceDomain(seen, one)).isFalse();
    assertThat(directory.domainNow(seen.name())).isEmpty();
  }

  private static Domain relaying(Domain domain, String primary) {
    return new Domain(
        domain.name(),
        Domain.Kind.RELAY,
        Optional.of(new HostPort(primary, 25)),
        new SenderPolicy(SenderPolicy.DmarcReject.REFUSE, SenderPolicy.Spoofed.REFUSE, List.of()));
  }

  @Test
  void ofTwoWhoChangeAUserAtOnceTheSecondIsTold() throws IOException {
    Directory directory = directory();
    var seen = new Account.User(Samples.user(), 1000, false);
    var quota = new Account.User(seen.address(), 2000, false);
    directory.putAccount(seen);

    assertThat(directory.replaceUser(seen, quota)).isTrue();
    assertThat(directory.replaceUser(seen, new Account.User(seen.address(), 1000, true))).isFalse();

    assertThat(directory.accountNow(seen.address())).contains(quota);
    directory.deleteAccount(seen.address());
    assertThat(directory.replaceUser(quota, seen)).isFalse();
    assertThat(directory.accountNow(seen.address())).isEmpty();
  }

  @Test
  void relaySettingsComeBackAsTheyWerePut() throws IOException {
    Directory directory = directory();
    var wide =
        new RelaySettings(
            List.of(Network.of("192.0.2.0/24"), Network.of("2001:db8::/32")),
            Optional.of(SmartHost.of(new HostPort("smart.example", 587))));

    directory.putRelay(wide);
    assertThat(directory.relay()).contains(wide);

    var narrow = new RelaySettings(List.of(), Optional.empty());
    directory.putRelay(narrow);
    assertThat(directory.relay()).contains(narrow);
  }

  @Test
  void smartHostsAndRulesComeBackAsTheyWerePut() throws IOException {
    Directory directory = directory();
    var settings = withRules("far.example");

    directory.putRelay(settings);

    assertThat(directory.relay()).contains(settings);
  }

  @Test
  void ofTwoWhoChangeTheRelaySettingsAtOnceTheSecondIsTold() throws IOException {
    Directory directory = directory();
    directory.putRelay(RelaySettings.DEFAULT);
    Optional<RelaySettings> seen = directory.relay();

    assertThat(directory.replaceRelay(seen, withRules("one.example"))).isTrue();
    assertThat(directory.replaceRelay(seen, withRules("two.example"))).isFalse();

    assertThat(directory.relay()).contains(withRules("one.example"));
    assertThat(directory.replaceRelay(directory.relay(), RelaySettings.DEFAULT)).isTrue();
    assertThat(directory.replaceRelay(Optional.empty(), withRules("two.example"))).isFalse();
    assertThat(directory.relay()).contains(RelaySettings.DEFAULT);
  }

  @Test
  void whoSetsUpRelayingFirstHasDoneSo() throws IOException {
    Directory directory = directory();
    Optional<RelaySettings> seen = directory.relay();

    assertThat(directory.replaceRelay(seen, withRules("one.example"))).isTrue();
    assertThat(directory.replaceRelay(seen, withRules("two.example"))).isFalse();

    assertThat(directory.relay()).contains(withRules("one.example"));
  }

  private static RelaySettings withRules(String to) {
    return new RelaySettings(
        List.of(Network.of("192.0.2.0/24")),
        new SmartHosts(
            Optional.of(
                new SmartHost(
                    new HostPort("smart.example", 587),
                    SmartHost.Tls.REQUIRED,
                    Optional.of(new SmartHost.Login("üser", "0123")))),
            Map.of(
                "one.example",
                SmartHost.of(new HostPort("2001:db8::1", 25)),
                "two.example",
                new SmartHost(
                    new HostPort("two.example", 2525), SmartHost.Tls.IMPLICIT, Optional.empty()))),
        List.of(
            new RelayRule(
                "all \"members\" 例",
                Optional.of(Samples.address("ann@local.example")),
                Optional.empty(),
                Optional.of(AddressPattern.of("boss@local.example")),
                Optional.of(AddressPattern.of(to)),
                RelayRule.Action.ALLOW),
            new RelayRule(
                "domain",
                Optional.empty(),
                Optional.of(AddressPattern.of("*.local.example")),
                Optional.empty(),
                Optional.of(AddressPattern.of("\"a b\"@" + to)),
                RelayRule.Action.DENY),
            new RelayRule(
                "none",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                RelayRule.Action.DENY)),
        List.of(),
        Map.of("one.example", Duration.ofDays(90), "two.example", Duration.ofHours(36)));
  }
}

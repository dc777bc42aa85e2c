package skypost.mail.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.directory.Domain;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.directory.SmartHost;
import skypost.mail.directory.SmartHosts;
import skypost.mail.queue.Destination.Phase;
import skypost.mail.queue.EntryId;
import skypost.mail.settings.SmartHostSetting;
import skypost.mail.tlspolicy.TlsWish;
import skypost.protocol.smtp.client.ConnectionPool;
import skypost.protocol.smtp.client.FakeMx;

/** Mail through a smart host that is who it should be and knows us, and through one that is not. */
class SmartHostTest {
  private static final String RIGHT = "AUTH PLAIN " + plain("me", "pencil");

  private SendingWorld world;
  private FakeMx host;

  @BeforeEach
  void start() throws IOException {
    world = new SendingWorld();
    host = world.first;
    host.offers("STARTTLS", "AUTH PLAIN");
    host.always(RIGHT, FakeMx.reply("235 2.7.0 welcome"));
    host.always("AUTH", FakeMx.reply("535 5.7.8 wrong password"));
  }

  @AfterEach
  void stop() throws IOException {
    world.close();
  }

  private static String plain(String username, String password) {
    String text = "\0" + username + "\0" + password;
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void theSettingIsAllThatItTakes() throws IOException {
    EntryId id = sent(setting("smtp://me:pencil@127.0.0.1:" + host.port()));

    assertThat(world.ends(id)).containsExactly("Sent 250 2.0.0 taken");
    assertThat(host.received())
        .singleElement()
        .satisfies(received -> assertThat(received.tls()).isTrue());
    assertThat(host.commands()).contains(RIGHT);
  }

  @Test
  void tlsComesFirstWhereItIsImplicit() throws IOException {
    host.wrapped();
    EntryId id = sent(setting("smtps://me:pencil@127.0.0.1:" + host.port()));

    assertThat(world.ends(id)).containsExactly("Sent 250 2.0.0 taken");
    assertThat(host.commands()).doesNotContain("STARTTLS").contains(RIGHT);
  }

  @Test
  void aWrongPasswordKeepsMailWaitingUntilItIsRight() throws IOException {
    keep("1", "crayon");
    directory("127.0.0.1", "1");
    SendMessage send = sender(Optional.empty());
    EntryId id = world.enqueue("Subject: x\r\n\r\nhi\r\n", "bob@there.example");
    send(send, id);

    assertThat(world.ends(id)).containsExactly("waiting");
    assertThat(last(id))
        .startsWith("454 4.7.8")
        .contains("login as me was refused", "535 5.7.8 wrong password")
        .doesNotContain("crayon");

    keep("2", "pencil");
    directory("127.0.0.1", "2");
    world.clock.advance(SendingWorld.WAIT.plusSeconds(60));
    send(send, id);

    assertThat(world.ends(id)).containsExactly("Sent 250 2.0.0 taken");
    assertThat(world.bounces()).isZero();
  }

  @Test
  void aPasswordThatIsNowhereKeepsMailWaiting() throws IOException {
    directory("127.0.0.1", "none");
    EntryId id = sent(Optional.empty());

    assertThat(world.ends(id)).containsExactly("waiting");
    assertThat(last(id)).startsWith("454 4.7.8 no password is kept for me at 127.0.0.1:");
    assertThat(host.commands()).isEmpty();
  }

  @Test
  void settingsMayNameThePasswordOfTheSetting() throws IOException {
    directory("127.0.0.1", SmartHost.Login.OF_SETTING);
    EntryId id = sent(setting("smtp://me:pencil@127.0.0.1:" + host.port()));
    assertThat(world.ends(id)).containsExactly("Sent 250 2.0.0 taken");

    EntryId other = sent(setting("smtp://you:pencil@127.0.0.1:" + host.port()));
    assertThat(last(other)).startsWith("454 4.7.8 no password is kept");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "530 5.7.0 authentication required",
        "534 5.7.9 too weak",
        "535 5.7.8 wrong",
        "538 5.7.11 TLS required"
      })
  void aHostThatWantsALoginKeepsMailWaiting(String reply) throws IOException {
    host.always("MAIL", FakeMx.reply(reply));
    EntryId id = sent(setting("127.0.0.1:" + host.port()));

    assertThat(world.ends(id)).containsExactly("waiting");
    assertThat(last(id)).startsWith("454 4.7.0 ").contains(reply);
  }

  @Test
  void whatItSaysOfTheMessageIsFinal() throws IOException {
    host.always("RCPT", FakeMx.reply("554 5.7.1 not verified"));
    EntryId id = sent(setting("smtp://me:pencil@127.0.0.1:" + host.port()));

    assertThat(world.ends(id)).containsExactly("Bounced 554 5.7.1 not verified");
  }

  @Test
  void anotherThanTheHostThatWasNamedGetsNoPassword() throws IOException {
    world.second.offers("STARTTLS", "AUTH PLAIN"); // its certificate is not for 127.0.0.2
    EntryId id = sent(setting("smtp://me:pencil@127.0.0.2:" + host.port()));

    assertThat(world.ends(id)).containsExactly("waiting");
    assertThat(last(id))
        .startsWith("454 4.7.5 TLS is required by the settings of smart host 127.0.0.2");
    assertThat(world.second.commands()).noneMatch(line -> line.startsWith("AUTH"));
  }

  @Test
  void whereTlsIsNotOfferedThereIsNoPassword() throws IOException {
    host.offers("AUTH PLAIN");
    EntryId id = sent(setting("smtp://me:pencil@127.0.0.1:" + host.port()));

    assertThat(last(id)).startsWith("454 4.7.4").contains("STARTTLS is not offered");
    assertThat(host.commands()).noneMatch(line -> line.startsWith("AUTH"));
  }

  @Test
  void aHostThatIsDownIsFoundOnceForAllDomainsOfItsAccount() throws IOException {
    var login = Optional.of(new SmartHost.Login("Me", "1"));
    var its = new SmartHost(new HostPort("Smart.Example", 587), SmartHost.Tls.REQUIRED, login);
    var other = SmartHost.of(new HostPort("other.example", 25));
    var hosts = new SmartHosts(Optional.of(other), Map.of("here.example", its));
    world.directory.putRelay(new RelaySettings(List.of(), hosts, List.of()));
    world.directory.putDomain(
        new Domain("backup.example", Domain.Kind.RELAY, Optional.empty(), SenderPolicy.DEFAULT));
    Routes routes = world.routes();

    assertThat(routes.nextHop("a.example", "here.example")).isEqualTo("Me@smart.example:587");
    assertThat(routes.nextHop("b.example", "else.example")).isEqualTo("other.example:25");
    assertThat(routes.nextHop("b.example", "")).isEqualTo("other.example:25");
    assertThat(routes.nextHop("backup.example", "here.example")).isEqualTo("backup.example");
  }

  @Test
  void withoutASmartHostADestinationIsItself() throws IOException {
    assertThat(world.routes().nextHop("a.example", "")).isEqualTo("a.example");
    assertThat(world.routes(setting("s.example:25")).nextHop("a.example", ""))
        .isEqualTo("s.example:25");
  }

  /** The message for another domain, of another sender, is put off without an attempt. */
  @Test
  void aHostThatIsDownIsTriedOnceForAllThatWaits() throws IOException {
    host.always("EHLO", FakeMx.drop("421 4.3.2 going down"));
    var setting = setting("127.0.0.1:" + host.port());
    SendDue due = world.due(sender(setting), Runnable::run);
    EntryId first = world.enqueue("x\r\n", "bob@there.example");
    EntryId second = world.enqueue("x\r\n", "bob@elsewhere.example");

    world.runFor(Duration.ofSeconds(30), due);

    assertThat(host.commands()).filteredOn(line -> line.startsWith("EHLO")).hasSize(1);
    String name = "127.0.0.1:" + host.port();
    assertThat(world.now(first).waitsFor()).isEqualTo(name);
    assertThat(world.now(second).waitsFor()).isEqualTo(name);
    assertThat(world.now(second).attempts()).isEmpty();
    assertThat(world.destinations.find(name).phase()).isInstanceOf(Phase.Deferred.class);
    host.reset();
    world.runFor(Duration.ofMinutes(20), due);
    assertThat(world.ends(first)).containsExactly("Sent 250 2.0.0 taken");
    assertThat(world.ends(second)).containsExactly("Sent 250 2.0.0 taken");
  }

  @Test
  void mailThatIsSentThereByHandLogsInToo() throws IOException {
    var setting = setting("smtp://me:pencil@127.0.0.1:" + host.port());
    HostPort server = setting.orElseThrow().smartHost().server();
    Route route =
        world
            .routes(setting)
            .to("there.example", Optional.empty(), Optional.of(server), TlsWish.USUAL);

    assertThat(route).isInstanceOf(Route.Through.class);
    assertThat(((Route.Through) route).hops())
        .singleElement()
        .satisfies(hop -> assertThat(hop.login().orElseThrow().username()).isEqualTo("me"));
  }

  private static Optional<SmartHostSetting> setting(String text) {
    return SmartHostSetting.parse(text);
  }

  private void keep(String id, String password) {
    world.passwords.put(id, password);
  }

  private void directory(String name, String secret) {
    var login = Optional.of(new SmartHost.Login("me", secret));
    var smartHost = new SmartHost(new HostPort(name, host.port()), SmartHost.Tls.REQUIRED, login);
    world.directory.putRelay(new RelaySettings(List.of(), Optional.of(smartHost)));
  }

  private SendMessage sender(Optional<SmartHostSetting> setting) throws IOException {
    var connections = new ConnectionPool(SendingWorld.client(Duration.ofSeconds(20)));
    return world.sender(world.routes(setting), connections);
  }

  private EntryId sent(Optional<SmartHostSetting> setting) throws IOException {
    EntryId id = world.enqueue("Subject: x\r\n\r\nhi\r\n", "bob@there.example");
    send(sender(setting), id);
    return id;
  }

  private void send(SendMessage send, EntryId id) throws IOException {
    send.send(SendingWorld.wake(id), world.time());
    send.rest();
  }

  private String last(EntryId id) {
    return world.now(id).attempts().getLast().reply().toString();
  }
}

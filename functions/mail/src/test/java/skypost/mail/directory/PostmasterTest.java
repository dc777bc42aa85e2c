package skypost.mail.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.memory.InMemoryDirectory;
import skypost.protocol.address.EmailAddress;

class PostmasterTest {
  private final InMemoryDirectory directory = new InMemoryDirectory();

  @BeforeEach
  void domains() throws IOException {
    directory.putDomain(Domain.local("example.com"));
    directory.putDomain(Domain.local("a.test"));
  }

  @Test
  void ourHostsPostmasterIsThatOfTheDomainAboveOrElseOfTheFirst() throws IOException {
    assertThat(home("mx.in.example.com", "postmaster@mx.in.example.com"))
        .isEqualTo("postmaster@example.com");
    assertThat(home("mx.provider.test", "Postmaster@mx.provider.test"))
        .isEqualTo("postmaster@a.test");
    assertThat(home("localhost", "postmaster@localhost")).isEqualTo("postmaster@a.test");
  }

  @Test
  void anyOtherAddressIsLeftAlone() throws IOException {
    assertThat(home("mx.example.com", "alice@mx.example.com")).isEqualTo("alice@mx.example.com");
    assertThat(home("mx.example.com", "postmaster@other.example.com"))
        .isEqualTo("postmaster@other.example.com");
    assertThat(home("example.com", "postmaster@example.com")).isEqualTo("postmaster@example.com");
  }

  @Test
  void whoIsNamedComesBeforeTheCatchAllAndTheFirstUser() throws IOException {
    LocalAddresses addresses = new LocalAddresses(directory);
    EmailAddress postmaster = address("PostMaster@example.com");
    assertThat(addresses.find(postmaster)).as("a domain without users").isEmpty();

    EmailAddress zoe = address("zoe@example.com");
    directory.putAccount(new Account.Alias(address("abuse@example.com"), List.of(zoe)));
    directory.putAccount(new Account.User(zoe, 0, false));
    assertThat(addresses.find(postmaster).map(Account::address)).contains(zoe);
    assertThat(addresses.find(address("nobody@example.com"))).isEmpty();

    directory.putAccount(new Account.Alias(address("*@example.com"), List.of(zoe)));
    assertThat(addresses.find(postmaster).map(Account::address)).contains(address("*@example.com"));

    directory.putAccount(new Account.User(address("postmaster@example.com"), 0, false));
    assertThat(addresses.find(postmaster).map(Account::address))
        .contains(address("postmaster@example.com"));
  }

  private String home(String hostname, String address) throws IOException {
    return new Postmaster(directory, hostname).home(address(address)).toString();
  }

  private static EmailAddress address(String text) {
    return EmailAddress.parse(text).orElseThrow();
  }
}

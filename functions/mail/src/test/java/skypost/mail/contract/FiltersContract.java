package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.Account;
import skypost.mail.directory.Directory;
import skypost.mail.filter.Filter;
import skypost.mail.filter.Filters;
import skypost.protocol.address.EmailAddress;

/** What every {@link Filters} must do, together with the directory that names its versions. */
public abstract class FiltersContract {
  private static final Filter FILTER =
      new Filter("require \"fileinto\";\r\nfileinto \"Büro\";", "{\"rules\": []}");

  protected abstract Filters filters() throws IOException;

  protected abstract Directory directory() throws IOException;

  @Test
  void aFilterComesBackAsItWasPutAndTheAccountNamesItsVersion() throws IOException {
    EmailAddress user = user();

    assertThat(filters().put(user, FILTER)).isTrue();

    assertThat(filters().find(user)).contains(FILTER);
    assertThat(version(user)).contains(FILTER.version());
    var other = new Filter("keep;", "{}");
    filters().put(user, other);
    assertThat(filters().find(user)).contains(other);
    assertThat(version(user)).contains(other.version()).isNotEqualTo(FILTER.version());
  }

  @Test
  void aFilterOutlivesAChangeOfItsUser() throws IOException {
    EmailAddress user = user();
    filters().put(user, FILTER);

    directory().putAccount(new Account.User(user, 77, true));

    assertThat(directory().account(user))
        .contains(new Account.User(user, 77, true, Optional.of(FILTER.version())));
  }

  @Test
  void aDeletedFilterIsGone() throws IOException {
    EmailAddress user = user();
    filters().put(user, FILTER);

    assertThat(filters().delete(user)).isTrue();

    assertThat(filters().find(user)).isEmpty();
    assertThat(version(user)).isEmpty();
    assertThat(filters().delete(user)).isFalse();
  }

  @Test
  void whoIsNoUserHasNoFilter() throws IOException {
    EmailAddress nobody = Samples.user();

    assertThat(filters().put(nobody, FILTER)).isFalse();

    assertThat(filters().find(nobody)).isEmpty();
    assertThat(directory().account(nobody)).isEmpty();
  }

  private EmailAddress user() throws IOException {
    EmailAddress user = Samples.user();
    directory().putAccount(new Account.User(user, 0, false));
    return user;
  }

  private Optional<String> version(EmailAddress user) throws IOException {
    return ((Account.User) directory().account(user).orElseThrow()).filter();
  }
}

package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.RelayRecipients;
import skypost.protocol.address.EmailAddress;

/** What every {@link RelayRecipients} must do. */
public abstract class RelayRecipientsContract {
  /** The lists under test. */
  protected abstract RelayRecipients recipients() throws IOException;

  private final String domain = Samples.name("d-") + ".example";

  private EmailAddress in(String local) {
    return new EmailAddress(local, domain);
  }

  @Test
  void whatIsPutIsListedUntilItIsRemoved() throws IOException {
    RelayRecipients recipients = recipients();
    EmailAddress utf8 = in("用户");
    EmailAddress odd = in("o\"hara b");

    recipients.put(List.of(in("ann"), utf8, odd));
    recipients.put(List.of(in("ann"))); // again

    assertThat(recipients.contains(in("ann"))).isTrue();
    assertThat(recipients.contains(utf8)).isTrue();
    assertThat(recipients.contains(odd)).isTrue();
    assertThat(recipients.contains(in("bob"))).isFalse();
    assertThat(recipients.contains(new EmailAddress("ann", "else.example"))).isFalse();

    recipients.remove(List.of(in("ann"), in("bob")));

    assertThat(recipients.contains(in("ann"))).isFalse();
    assertThat(recipients.contains(utf8)).isTrue();
  }

  @Test
  void manyGoInAndOutAtOnceAndAreListedInPages() throws IOException {
    RelayRecipients recipients = recipients();
    Set<EmailAddress> many =
        IntStream.range(0, 137)
            .mapToObj(i -> in("user%03d".formatted(i)))
            .collect(Collectors.toSet());
    recipients.put(many);
    recipients.put(List.of(new EmailAddress("other", "x" + domain)));

    List<EmailAddress> listed = Samples.all(50, next -> recipients.list(domain, 50, next));
    assertThat(listed).containsExactlyInAnyOrderElementsOf(many);
    assertThat(listed).extracting(EmailAddress::local).isSorted();

    recipients.remove(many);
    assertThat(recipients.list(domain, 10, java.util.Optional.empty()).items()).isEmpty();
  }

  @Test
  void nothingPutAndNothingRemovedIsFine() throws IOException {
    recipients().put(List.of());
    recipients().remove(List.of());
    assertThat(recipients().list(domain, 10, java.util.Optional.empty()).items()).isEmpty();
  }
}

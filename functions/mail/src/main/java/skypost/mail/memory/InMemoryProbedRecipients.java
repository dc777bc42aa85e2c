package skypost.mail.memory;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.ProbedRecipients;
import skypost.protocol.address.EmailAddress;

/** A {@link ProbedRecipients} in memory. Thread safe. */
public final class InMemoryProbedRecipients implements ProbedRecipients {
  private record Said(Standing standing, Instant until) {}

  private final Map<EmailAddress, Said> said = new HashMap<>();

  @Override
  public synchronized Optional<Standing> find(EmailAddress recipient, Instant now) {
    return Optional.ofNullable(said.get(recipient))
        .filter(last -> last.until().getEpochSecond() > now.getEpochSecond())
        .map(Said::standing);
  }

  @Override
  public synchronized void remember(EmailAddress recipient, Standing standing, Instant until) {
    said.put(recipient, new Said(standing, until));
  }
}

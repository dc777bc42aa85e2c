package skypost.mail.mailbox;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import skypost.protocol.address.EmailAddress;

/** How long a user's folders keep messages; a folder that is not named keeps them for ever. */
@FunctionalInterface
public interface Retention {
  /** Every folder keeps everything. */
  Retention NONE = user -> Map.of();

  /** The folders that keep a message for a time only, from its acceptance on. */
  Map<String, Duration> of(EmailAddress user) throws IOException;
}

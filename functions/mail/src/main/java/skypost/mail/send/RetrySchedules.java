package skypost.mail.send;

import java.io.IOException;

/** Which schedule the mail for a destination has. */
@FunctionalInterface
public interface RetrySchedules {
  /**
   * @param destination a domain in canonical form, or an address literal
   * @throws IOException when the administrator's settings cannot be read now
   */
  RetrySchedule of(String destination) throws IOException;
}

package skypost.mail.authorize;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** What all fronts have counted together, for the limits that hold across them. */
public interface Tallies {
  /**
   * Uses up time of somebody's, however many do so at once: it is owed from now on, or from when
   * everything before is paid, and paid by waiting (the generic cell rate algorithm of ITU-T
   * I.371). So one instant tells how much was used lately.
   *
   * @param key what is used, and by whom
   * @param cost more than zero
   * @param kept what is owed may be forgotten from then on
   * @return until when all that is owed is paid, this cost included
   */
  Instant spend(String key, Duration cost, Instant now, Instant kept) throws IOException;

  /**
   * Says how many one front holds now; what it said before is replaced. A front that is gone says
   * nothing more, and counts until its lease is over.
   *
   * @param key what is held, and by whom
   * @return what all fronts hold whose lease is not over, this one included
   */
  long hold(String key, Share share, Instant now) throws IOException;

  /**
   * @param front a name that no other front has
   * @param count what it holds, 0 and more
   * @param until when its lease is over
   */
  record Share(String front, long count, Instant until) {}
}

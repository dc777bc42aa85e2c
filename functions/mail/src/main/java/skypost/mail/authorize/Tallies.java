package skypost.mail.authorize;

import java.io.IOException;
import java.time.Instant;

/** What all fronts have counted together, for the limits that hold across them. */
public interface Tallies {
  /**
   * Adds to a window's count, however many do so at once.
   *
   * @param key what is counted, of whom, and in which window
   * @param count more than 0
   * @param expires when the window is over and may be forgotten
   * @return the count of all, this one included
   */
  long add(String key, long count, Instant expires) throws IOException;

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

package skypost.protocol.pop3;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * One session's view of one user's messages. Its numbers never change while the session lasts; when
 * they cannot be kept true, it says so and the session ends. Not thread safe.
 *
 * <p>Every method throws {@link IOException} when the answer cannot be had now.
 */
public interface Maildrop {
  /** How many messages and octets there are, known since login. */
  Totals totals();

  /** Whether QUIT removes also what was only retrieved: the user's own choice. */
  boolean deletesRetrieved();

  /**
   * The messages, numbered from 1 in the order of their numbers, and always the same. @throws
   * Overtaken
   */
  List<Message> messages() throws IOException, Overtaken;

  /**
   * Takes or keeps the exclusive right to the maildrop (RFC 1939 section 4); called before every
   * command once it was taken, so it must be cheap when there is nothing to do. What was taken and
   * then lost is never taken again.
   *
   * @return false when another session has it
   * @throws Overtaken when messages were removed since this view was taken, or may have been,
   *     because somebody ended the hold
   */
  boolean hold() throws IOException, Overtaken;

  /**
   * Opens a message as the reader gets it, before byte-stuffing; to be closed.
   *
   * @throws Missing when it is listed but its content is gone
   * @throws NeedsUtf8 when it has UTF-8 in header fields, and the reader does not take that
   */
  InputStream open(Message message, Wanted wanted) throws IOException, Missing, NeedsUtf8;

  /**
   * Removes messages and ends the hold: the update state (RFC 1939 section 6).
   *
   * @return false when they were not removed because the hold was lost
   */
  boolean remove(List<Message> messages) throws IOException;

  /**
   * Ends the hold, if there is one, and removes nothing. Never throws: a hold that cannot be ended
   * ends by itself.
   */
  void release();

  /**
   * How a message is wanted.
   *
   * @param whole whether to its end; else only its header and some lines
   * @param utf8 whether the reader takes UTF-8 in header fields
   */
  record Wanted(boolean whole, boolean utf8) {}

  /**
   * @param messages how many
   * @param octets of all, as they are sent
   */
  record Totals(int messages, long octets) {}

  /**
   * A message of this view.
   *
   * @param number from 1
   * @param uniqueId 1 to 70 characters of printable ASCII, never another message's (RFC 1939
   *     section 7)
   * @param octets exactly what RETR sends, before byte-stuffing
   */
  record Message(int number, String uniqueId, long octets) {}

  /** Somebody else removed messages, or could: this view's numbers need no longer be true. */
  final class Overtaken extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** A message is internationalized (RFC 6532), and its reader did not say UTF8. */
  final class NeedsUtf8 extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** The content of a listed message is gone. */
  final class Missing extends Exception {
    private static final long serialVersionUID = 1L;
  }
}

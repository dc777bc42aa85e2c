package skypost.mail.receive;

import java.util.Locale;
import skypost.mail.message.HeaderBlock;

/**
 * What spam filters before us have written into a header: that of SpamAssassin, of rspamd, and of
 * those who write as they do. Only a yes is believed: whoever forges it harms himself.
 */
final class SpamHeaders {
  /** Why such a message lies in Junk, in a word. */
  static final String REASON = "spam-header";

  private SpamHeaders() {}

  /** Whether one says that a message is spam. A mere score says nothing without its limit. */
  static boolean saySo(byte[] headers) {
    return field(headers, "X-Spam-Flag").equals("yes")
        || field(headers, "X-Spam").equals("yes")
        || field(headers, "X-Spam-Status").matches("yes\\b.*")
        || field(headers, "X-Rspamd-Action").matches("add header|rewrite subject|reject");
  }

  private static String field(byte[] headers, String name) {
    return HeaderBlock.field(headers, name).toLowerCase(Locale.ROOT);
  }
}

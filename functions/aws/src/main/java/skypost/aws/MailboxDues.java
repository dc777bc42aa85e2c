package skypost.aws;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/**
 * When which mailbox is to be looked at for messages whose time is over: items {@code pk = @due},
 * {@code sk} the second and the address. The head names the one that counts, so that a mailbox has
 * one at a time, however much is deleted. The item is always written before the head says so.
 */
record MailboxDues(MailboxTable table) {
  /** The partition, which no address can be. */
  static final String PARTITION = "@due";

  private static final int DIGITS = 12;

  /** In a head, second 0 says that nothing is registered. */
  private static final Instant FIRST = Instant.ofEpochSecond(1);

  /** The sort key of a mailbox that is due at a second. */
  static String sortKey(Instant at, EmailAddress user) {
    return second(at) + "#" + user;
  }

  /** What every sort key of that second or later begins with, or is greater than. */
  static String second(Instant at) {
    return String.format("%0" + DIGITS + "d", at.getEpochSecond());
  }

  /** Whose sort key it is. */
  static EmailAddress user(String sortKey) {
    return EmailAddress.parse(sortKey.substring(DIGITS + 1)).orElseThrow();
  }

  static Instant at(String sortKey) {
    return Instant.ofEpochSecond(Long.parseLong(sortKey.substring(0, DIGITS)));
  }

  void register(EmailAddress user, Instant at) throws IOException {
    table.put(Items.item(PARTITION, sortKey(at, user)));
  }

  /** Sees to it that a mailbox is looked at, at that time or earlier. */
  void ensure(EmailAddress user, MailboxHead seen, Instant wanted) throws IOException {
    Instant at = wanted.isBefore(FIRST) ? FIRST : wanted;
    if (seen.due() != 0 && seen.due() <= at.getEpochSecond()) {
      return;
    }
    register(user, at);
    Map<String, AttributeValue> values = Map.of(":due", Items.n(at.getEpochSecond()));
    try {
      table.updateHead(
          user,
          "SET #due = :due",
          "attribute_exists(pk) AND (attribute_not_exists(#due) OR #due > :due)",
          Map.of("#due", MailboxHead.DUE),
          values,
          ReturnValue.NONE);
    } catch (ConditionalCheckFailedException earlier) {
      return; // somebody has registered an earlier time, or the mailbox is gone
    }
  }
}

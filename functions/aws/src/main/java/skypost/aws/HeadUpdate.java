package skypost.aws;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.Update;

/**
 * An update of a head that makes its next version, alone or in a transaction: everything but a
 * delivery and the lease is one, and rests on the version that was read.
 */
final class HeadUpdate {
  private final List<String> sets = new ArrayList<>();
  private final List<String> removes = new ArrayList<>();
  private final List<String> conditions = new ArrayList<>();
  private final Map<String, String> names = new HashMap<>();
  private final Map<String, AttributeValue> values = new HashMap<>();
  private int entries;

  /**
   * @param version of the head that was read
   */
  HeadUpdate(long version) {
    conditions.add("#v = :v");
    sets.add("#v = :nextVersion");
    name("#v", MailboxHead.VERSION);
    value(":v", Items.n(version)).value(":nextVersion", Items.n(version + 1));
  }

  HeadUpdate set(String assignments) {
    sets.add(assignments);
    return this;
  }

  HeadUpdate remove(String attribute) {
    removes.add(attribute);
    return this;
  }

  HeadUpdate require(String condition) {
    conditions.add(condition);
    return this;
  }

  HeadUpdate name(String placeholder, String name) {
    names.put(placeholder, name);
    return this;
  }

  HeadUpdate value(String placeholder, AttributeValue value) {
    values.put(placeholder, value);
    return this;
  }

  /** Counts a change or a removal of messages in a folder, see {@link MailboxHead#changesOf}. */
  void countChange(String folder) {
    set("#changes = if_not_exists(#changes, :noChanges) + :change");
    name("#changes", MailboxHead.changesOf(folder));
    value(":noChanges", Items.n(0)).value(":change", Items.n(1));
  }

  /** Writes an entry over what is under the message's id. */
  void entry(MailboxEntry entry) {
    String place = place(entry.message().id());
    sets.add("#uid." + place + " = :u" + entries + ", #msg." + place + " = :m" + entries);
    value(":u" + entries, Items.n(entry.message().uid()));
    value(":m" + entries++, Items.s(entry.meta()));
  }

  void removeEntry(MessageId id) {
    String place = place(id);
    removes.add("#uid." + place + ", #msg." + place);
    entries++;
  }

  private String place(MessageId id) {
    name("#uid", MailboxHead.UIDS).name("#msg", MailboxHead.METAS).name("#i" + entries, id.value());
    return "#i" + entries;
  }

  private String expression() {
    String set = "SET " + String.join(", ", sets);
    return removes.isEmpty() ? set : set + " REMOVE " + String.join(", ", removes);
  }

  /** Updates the head alone; returns it as it then is. */
  MailboxHead write(MailboxTable table, EmailAddress user) throws IOException {
    return MailboxHead.read(
        table.updateHead(
            user,
            expression(),
            String.join(" AND ", conditions),
            names,
            values,
            ReturnValue.ALL_NEW));
  }

  TransactWriteItem item(MailboxTable table, EmailAddress user) {
    return TransactWriteItem.builder()
        .update(
            Update.builder()
                .tableName(table.name())
                .key(Items.key(user.toString(), MailboxHead.SORT_KEY))
                .updateExpression(expression())
                .conditionExpression(String.join(" AND ", conditions))
                .expressionAttributeNames(names)
                .expressionAttributeValues(values)
                .build())
        .build();
  }
}

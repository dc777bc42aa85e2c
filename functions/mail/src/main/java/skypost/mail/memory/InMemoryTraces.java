package skypost.mail.memory;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import skypost.mail.message.MessageId;
import skypost.mail.trace.Traces;

/** {@link Traces} in memory. Thread safe. */
public final class InMemoryTraces implements Traces {
  private final Map<MessageId, Receipt> receipts = new ConcurrentHashMap<>();
  private final Map<MessageId, Receipt> refusals = new ConcurrentHashMap<>();

  @Override
  public void record(Receipt receipt) {
    receipts.putIfAbsent(receipt.id(), receipt);
  }

  @Override
  public Optional<Receipt> receipt(MessageId id) {
    return Optional.ofNullable(receipts.get(id));
  }

  @Override
  public List<MessageId> withoutReceipt(List<MessageId> ids) {
    return ids.stream().filter(id -> !receipts.containsKey(id)).toList();
  }

  @Override
  public void recordRefusal(Receipt refusal) {
    refusals.put(refusal.id(), refusal);
  }

  @Override
  public Optional<Receipt> refusal(MessageId id) {
    return Optional.ofNullable(refusals.get(id));
  }
}

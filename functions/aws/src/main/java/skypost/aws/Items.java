package skypost.aws;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** DynamoDB attribute values, written short. */
final class Items {
  private static final int MARK_OCTETS = 9;
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Name of the partition key of every table. */
  static final String PK = "pk";

  /** Name of the sort key of every table that has one. */
  static final String SK = "sk";

  /** Name of the TTL attribute, in seconds since the epoch. */
  static final String EXPIRES = "expires";

  private Items() {}

  static AttributeValue s(String text) {
    return AttributeValue.fromS(text);
  }

  static AttributeValue n(long number) {
    return AttributeValue.fromN(Long.toString(number));
  }

  static AttributeValue bool(boolean value) {
    return AttributeValue.fromBool(value);
  }

  static AttributeValue map(Map<String, AttributeValue> map) {
    return AttributeValue.fromM(map);
  }

  static AttributeValue strings(List<String> texts) {
    return AttributeValue.fromL(texts.stream().map(AttributeValue::fromS).toList());
  }

  static Map<String, AttributeValue> key(String pk, String sk) {
    return Map.of(PK, s(pk), SK, s(sk));
  }

  static Map<String, AttributeValue> item(String pk, String sk) {
    return new HashMap<>(key(pk, sk));
  }

  static String text(Map<String, AttributeValue> item, String name) {
    return optionalText(item, name)
        .orElseThrow(() -> new IllegalStateException("item " + item.get(PK) + " has no " + name));
  }

  static Optional<String> optionalText(Map<String, AttributeValue> item, String name) {
    AttributeValue value = item.get(name);
    return value == null ? Optional.empty() : Optional.ofNullable(value.s());
  }

  static long number(Map<String, AttributeValue> item, String name) {
    AttributeValue value = item.get(name);
    return value == null ? 0 : Long.parseLong(value.n());
  }

  static boolean flag(Map<String, AttributeValue> item, String name) {
    AttributeValue value = item.get(name);
    return value != null && Boolean.TRUE.equals(value.bool());
  }

  static Map<String, AttributeValue> submap(Map<String, AttributeValue> item, String name) {
    AttributeValue value = item.get(name);
    return value == null ? Map.of() : value.m();
  }

  static List<AttributeValue> list(Map<String, AttributeValue> item, String name) {
    AttributeValue value = item.get(name);
    return value == null ? List.of() : value.l();
  }

  static List<String> texts(Map<String, AttributeValue> item, String name) {
    return list(item, name).stream().map(AttributeValue::s).toList();
  }

  /** A name for one write, which no other has; 12 octets, for items are paid for by theirs. */
  static String mark() {
    byte[] octets = new byte[MARK_OCTETS];
    RANDOM.nextBytes(octets);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
  }
}

package skypost.local;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;

/**
 * Counts what every SDK client of this process asks of AWS, and the DynamoDB units it is billed
 * for. The SDK finds it by its global interceptor file; nothing in the code under test knows of it.
 */
public final class CountedRequests implements ExecutionInterceptor {
  private static final Map<String, DoubleAdder> COUNTS = new ConcurrentHashMap<>();

  static void reset() {
    COUNTS.clear();
  }

  /**
   * How often an operation was asked for, or how many {@code write units} and {@code read units}.
   */
  static double count(String... names) {
    return List.of(names).stream()
        .mapToDouble(name -> COUNTS.getOrDefault(name, new DoubleAdder()).sum())
        .sum();
  }

  static Map<String, Double> all() {
    Map<String, Double> all = new TreeMap<>();
    COUNTS.forEach((name, count) -> all.put(name, count.sum()));
    return all;
  }

  static void add(String name, double count) {
    COUNTS.computeIfAbsent(name, key -> new DoubleAdder()).add(count);
  }

  @Override
  public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
    ReturnConsumedCapacity total = ReturnConsumedCapacity.TOTAL;
    return switch (context.request()) {
      case GetItemRequest get -> get.toBuilder().returnConsumedCapacity(total).build();
      case PutItemRequest put -> put.toBuilder().returnConsumedCapacity(total).build();
      case UpdateItemRequest update -> update.toBuilder().returnConsumedCapacity(total).build();
      case DeleteItemRequest delete -> delete.toBuilder().returnConsumedCapacity(total).build();
      case QueryRequest query -> query.toBuilder().returnConsumedCapacity(total).build();
      case TransactWriteItemsRequest transaction ->
          transaction.toBuilder().returnConsumedCapacity(total).build();
      default -> context.request();
    };
  }

  @Override
  public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
    String operation = context.request().getClass().getSimpleName().replaceAll("Request$", "");
    switch (context.response()) {
      case ReceiveMessageResponse received when received.messages().isEmpty() ->
          add("ReceiveMessage, empty", 1); // the price of waiting, not of a message
      default -> add(operation, 1);
    }
    switch (context.response()) {
      case GetItemResponse get -> read(get.consumedCapacity());
      case QueryResponse query -> read(query.consumedCapacity());
      case PutItemResponse put -> written(put.consumedCapacity());
      case UpdateItemResponse update -> written(update.consumedCapacity());
      case DeleteItemResponse delete -> written(delete.consumedCapacity());
      case TransactWriteItemsResponse transaction ->
          transaction.consumedCapacity().forEach(CountedRequests::written);
      default -> {
        return;
      }
    }
  }

  @Override
  public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
    // AWS bills a write whose condition failed as well, by the size of the item; a unit at the
    // least.
    add("failed " + context.request().getClass().getSimpleName(), 1);
  }

  private static void read(ConsumedCapacity capacity) {
    add("read units", capacity == null ? 0 : capacity.capacityUnits());
  }

  private static void written(ConsumedCapacity capacity) {
    add("write units", capacity == null ? 0 : capacity.capacityUnits());
  }
}

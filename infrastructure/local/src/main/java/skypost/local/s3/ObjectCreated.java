package skypost.local.s3;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Map;

/**
 * Says that an object was created, in the form of AWS's "Event message structure" version 2.1.
 *
 * @param name {@code ObjectCreated:Put}, {@code ObjectCreated:Copy} or {@code
 *     ObjectCreated:CompleteMultipartUpload}
 * @param key as it is, not encoded
 * @param size in bytes
 * @param eTag without quotation marks
 */
public record ObjectCreated(
    String name, String bucket, String key, long size, String eTag, Instant time) {
  /** The notification as a queue receives it. @param region of the bucket */
  public String toJson(String region) {
    Map<String, Object> s3 =
        Map.of(
            "s3SchemaVersion",
            "1.0",
            "configurationId",
            "skypost-incoming",
            "bucket",
            Map.of("name", bucket, "ownerIdentity", principal(), "arn", "arn:aws:s3:::" + bucket),
            "object",
            Map.of("key", encoded(key), "size", size, "eTag", eTag, "sequencer", sequencer()));
    Map<String, Object> event =
        Map.of(
            "eventVersion",
            "2.1",
            "eventSource",
            "aws:s3",
            "awsRegion",
            region,
            "eventTime",
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter().format(time),
            "eventName",
            name,
            "userIdentity",
            principal(),
            "requestParameters",
            Map.of("sourceIPAddress", "127.0.0.1"),
            "responseElements",
            Map.of("x-amz-request-id", sequencer(), "x-amz-id-2", sequencer()),
            "s3",
            s3);
    try {
      return JSON.std.asString(Map.of("Records", List.of(event)));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static Map<String, Object> principal() {
    return Map.of("principalId", "skypost");
  }

  private String sequencer() {
    return String.format("%016X", time.getEpochSecond() * 1_000_000_000L + time.getNano());
  }

  /** Keys come URL-encoded with the slashes left as they are. */
  private static String encoded(String key) {
    return URLEncoder.encode(key, StandardCharsets.UTF_8).replace("%2F", "/");
  }
}

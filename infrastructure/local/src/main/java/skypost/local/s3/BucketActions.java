package skypost.local.s3;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import skypost.local.http.HttpAnswer;
import skypost.local.http.HttpRequest;

/** What is asked of buckets, and of many objects at once. */
final class BucketActions {
  private static final String XML = "application/xml";
  private static final int MAX_KEYS = 1000; // Amazon S3 API reference, ListObjectsV2
  private static final int MAX_DELETE = 4 << 20; // octets; a thousand keys of the longest
  private static final Set<String> KNOWN =
      Set.of(
          "list-type",
          "prefix",
          "delimiter",
          "max-keys",
          "start-after",
          "continuation-token",
          "encoding-type",
          "fetch-owner",
          "delete",
          "location",
          "x-id");

  private final ObjectFiles files;

  BucketActions(ObjectFiles files) {
    this.files = files;
  }

  HttpAnswer list() throws IOException {
    S3Xml xml = S3Xml.document("ListAllMyBucketsResult").open("Buckets");
    for (String bucket : files.buckets()) {
      xml.open("Bucket").with("Name", bucket).close("Bucket");
    }
    return HttpAnswer.of(200, XML, xml.close("Buckets").end("ListAllMyBucketsResult"));
  }

  HttpAnswer answer(
      HttpRequest request, Signatures.Signed signed, String bucket, Map<String, String> query)
      throws IOException {
    for (String name : query.keySet()) {
      if (!KNOWN.contains(name) && !name.startsWith("X-Amz-")) {
        throw S3Error.notServed("?" + name);
      }
    }
    return switch (request.method()) {
      case "PUT" -> create(bucket);
      case "HEAD" -> {
        files.existing(bucket);
        yield HttpAnswer.of(200);
      }
      case "GET" -> query.containsKey("location") ? location(bucket) : list(bucket, query);
      case "POST" -> deleteObjects(request, signed, bucket, query);
      case "DELETE" -> {
        files.delete(bucket);
        yield HttpAnswer.of(204);
      }
      default -> throw S3Error.notServed(request.method());
    };
  }

  private HttpAnswer create(String bucket) throws IOException {
    if (!files.create(bucket)) {
      throw new S3Error(409, "BucketAlreadyOwnedByYou", "You own this bucket already.");
    }
    return HttpAnswer.of(200).with("Location", "/" + bucket);
  }

  /** A bucket of us-east-1 says nothing. */
  private HttpAnswer location(String bucket) {
    files.existing(bucket);
    return HttpAnswer.of(200, XML, S3Xml.document("LocationConstraint").end("LocationConstraint"));
  }

  private HttpAnswer list(String bucket, Map<String, String> query) throws IOException {
    if (!query.getOrDefault("list-type", "2").equals("2")) {
      throw S3Error.notServed("list-type");
    }
    Path folder = files.existing(bucket);
    String after = query.getOrDefault("start-after", "");
    if (query.containsKey("continuation-token")) {
      after = fromToken(query.get("continuation-token"));
    }
    var question =
        new ObjectListing.Question(
            query.getOrDefault("prefix", ""),
            after,
            query.getOrDefault("delimiter", ""),
            number(query.getOrDefault("max-keys", Integer.toString(MAX_KEYS))));
    return HttpAnswer.of(
        200, XML, xml(bucket, query, question, ObjectListing.of(folder, question)));
  }

  private static byte[] xml(
      String bucket,
      Map<String, String> query,
      ObjectListing.Question question,
      ObjectListing listing) {
    boolean encoded = "url".equals(query.get("encoding-type"));
    S3Xml xml =
        S3Xml.document("ListBucketResult")
            .with("Name", bucket)
            .with("Prefix", shown(question.prefix(), encoded))
            .with("MaxKeys", question.most())
            .with("KeyCount", listing.objects().size() + listing.groups().size())
            .with("IsTruncated", listing.more());
    if (encoded) {
      xml.with("EncodingType", "url");
    }
    if (listing.more()) {
      xml.with("NextContinuationToken", token(listing.last()));
    }
    for (ObjectListing.Entry entry : listing.objects()) {
      xml.open("Contents")
          .with("Key", shown(entry.key(), encoded))
          .with("LastModified", entry.object().modified().truncatedTo(ChronoUnit.MILLIS))
          .with("ETag", "\"" + entry.object().eTag() + "\"")
          .with("Size", entry.object().size())
          .with("StorageClass", "STANDARD")
          .close("Contents");
    }
    for (String group : listing.groups()) {
      xml.open("CommonPrefixes").with("Prefix", shown(group, encoded)).close("CommonPrefixes");
    }
    return xml.end("ListBucketResult");
  }

  private static String shown(String key, boolean encoded) {
    return encoded ? UriText.encode(key, true) : key;
  }

  private static int number(String text) {
    try {
      int number = Integer.parseInt(text);
      if (number >= 0) {
        return Math.min(number, MAX_KEYS);
      }
    } catch (NumberFormatException malformed) {
      throw S3Error.invalid("max-keys");
    }
    throw S3Error.invalid("max-keys");
  }

  private static String token(String key) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(key.getBytes(StandardCharsets.UTF_8));
  }

  private static String fromToken(String token) {
    try {
      return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      throw S3Error.invalid("The continuation token provided is incorrect");
    }
  }

  private HttpAnswer deleteObjects(
      HttpRequest request, Signatures.Signed signed, String bucket, Map<String, String> query)
      throws IOException {
    if (!query.containsKey("delete")) {
      throw S3Error.notServed("POST");
    }
    files.existing(bucket);
    byte[] document = SignedBody.read(request, signed, MAX_DELETE);
    boolean quiet =
        S3Xml.read(document, "Delete").stream().anyMatch(all -> "true".equals(all.get("Quiet")));
    S3Xml xml = S3Xml.document("DeleteResult");
    List<Map<String, String>> named = S3Xml.read(document, "Object");
    if (named.size() > MAX_KEYS) {
      throw new S3Error(400, "MalformedXML", "More than " + MAX_KEYS + " keys.");
    }
    for (Map<String, String> object : named) {
      delete(bucket, object.getOrDefault("Key", ""), quiet, xml);
    }
    return HttpAnswer.of(200, XML, xml.end("DeleteResult"));
  }

  private void delete(String bucket, String key, boolean quiet, S3Xml xml) throws IOException {
    try {
      files.delete(bucket, key);
      if (!quiet) {
        xml.open("Deleted").with("Key", key).close("Deleted");
      }
    } catch (S3Error error) {
      xml.open("Error")
          .with("Key", key)
          .with("Code", error.code())
          .with("Message", error.getMessage())
          .close("Error");
    }
  }
}

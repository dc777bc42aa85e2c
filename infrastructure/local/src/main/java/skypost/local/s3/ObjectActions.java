package skypost.local.s3;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import skypost.local.http.Dates;
import skypost.local.http.HttpAnswer;
import skypost.local.http.HttpRequest;
import skypost.local.s3.ObjectFiles.PutOptions;
import skypost.local.s3.ObjectFiles.Stored;

/** What is asked of one object. */
final class ObjectActions {
  private static final String XML = "application/xml";
  private static final int IN_MEMORY = 128 << 10; // octets that go out in one write
  private static final int MAX_COMPLETION = 4 << 20; // octets; ten thousand parts
  private static final Set<String> KNOWN =
      Set.of("x-id", "uploads", "uploadId", "partNumber", "part-number-marker", "versionId");

  private static final int MAX_LISTED = 1000;
  private final ObjectFiles files;
  private final MultipartUploads uploads;
  private final Consumer<ObjectCreated> created;

  /**
   * @param created told of every object that was created
   */
  ObjectActions(ObjectFiles files, Consumer<ObjectCreated> created) {
    this.files = files;
    this.uploads = new MultipartUploads(files);
    this.created = created;
  }

  /** What an object is called. */
  record Name(String bucket, String key) {}

  HttpAnswer answer(
      HttpRequest request, Signatures.Signed signed, Name name, Map<String, String> query)
      throws IOException {
    for (String parameter : query.keySet()) {
      if (!KNOWN.contains(parameter)
          && !parameter.startsWith("X-Amz-")
          && !parameter.startsWith("response-")) {
        throw S3Error.notServed("?" + parameter);
      }
    }
    String upload = query.getOrDefault("uploadId", "");
    return switch (request.method()) {
      case "GET", "HEAD" -> upload.isEmpty() ? get(request, name, query) : listParts(name, query);
      case "PUT" ->
          upload.isEmpty() ? put(request, signed, name) : putPart(request, signed, name, query);
      case "POST" ->
          query.containsKey("uploads")
              ? beginUpload(request, name)
              : complete(request, signed, name, upload);
      case "DELETE" -> {
        if (upload.isEmpty()) {
          files.delete(name.bucket(), name.key());
        } else {
          uploads.end(upload, name);
        }
        yield HttpAnswer.of(204);
      }
      default -> throw S3Error.notServed(request.method());
    };
  }

  private HttpAnswer put(HttpRequest request, Signatures.Signed signed, Name name)
      throws IOException {
    if (request.header("x-amz-copy-source").isPresent()) {
      throw S3Error.notServed("CopyObject");
    }
    try (Upload upload = Upload.receive(request, signed, files.newFile())) {
      var options = new PutOptions(type(request), onlyNew(request));
      Stored stored = files.put(name.bucket(), name.key(), upload.file(), options);
      tell("ObjectCreated:Put", name, stored);
      return HttpAnswer.of(200).with("ETag", "\"" + stored.eTag() + "\"");
    }
  }

  private static String type(HttpRequest request) {
    for (String header : request.headers().keySet()) {
      if (header.startsWith("x-amz-meta-")) {
        throw S3Error.notServed(header);
      }
    }
    return request.header("content-type").orElse(ObjectFiles.DEFAULT_TYPE);
  }

  /** Amazon S3 User Guide, "Conditional writes": of several at once, one succeeds. */
  private static boolean onlyNew(HttpRequest request) {
    if (request.header("if-match").isPresent()) {
      throw S3Error.notServed("If-Match of a write");
    }
    String condition = request.header("if-none-match").orElse("");
    if (!condition.isEmpty() && !condition.equals("*")) {
      throw S3Error.notServed("If-None-Match other than *");
    }
    return !condition.isEmpty();
  }

  private void tell(String what, Name name, Stored stored) {
    created.accept(
        new ObjectCreated(
            what, name.bucket(), name.key(), stored.size(), stored.eTag(), Instant.now()));
  }

  private HttpAnswer get(HttpRequest request, Name name, Map<String, String> query)
      throws IOException {
    while (true) {
      Stored stored = files.find(name.bucket(), name.key()).orElseThrow(S3Error::noSuchKey);
      String eTag = "\"" + stored.eTag() + "\"";
      String wanted = request.header("if-match").orElse("*");
      if (!wanted.equals("*") && !wanted.contains(eTag)) {
        throw S3Error.precondition();
      }
      if (request.header("if-none-match").filter(known -> known.contains(eTag)).isPresent()) {
        return HttpAnswer.of(304).with("ETag", eTag);
      }
      ByteRange range = ByteRange.of(request.header("range").orElse(""), stored.size());
      HttpAnswer answer = body(request, stored, range);
      if (answer == null) {
        continue; // it was replaced between two looks
      }
      if (range.isPart()) {
        answer.with("Content-Range", range.contentRange(stored.size()));
      }
      query
          .getOrDefault("response-content-disposition", "")
          .lines()
          .findFirst()
          .ifPresent(said -> answer.with("Content-Disposition", said));
      return answer
          .with("Content-Type", query.getOrDefault("response-content-type", stored.contentType()))
          .with("ETag", eTag)
          .with("Last-Modified", Dates.text(stored.modified()))
          .with("Accept-Ranges", "bytes");
    }
  }

  /** Null when the file is not the one that was looked at. */
  private static HttpAnswer body(HttpRequest request, Stored stored, ByteRange range)
      throws IOException {
    int status = range.isPart() ? 206 : 200;
    if (request.method().equals("HEAD")) {
      return HttpAnswer.withoutBody(status, range.length());
    }
    FileInputStream in;
    try {
      in = new FileInputStream(stored.file().toFile());
    } catch (FileNotFoundException gone) {
      return null;
    }
    if (range.length() <= IN_MEMORY) {
      try (in) {
        in.skipNBytes(range.first());
        byte[] octets = in.readNBytes((int) range.length());
        boolean isWhole = range.isPart() || in.read() < 0;
        return octets.length == range.length() && isWhole ? HttpAnswer.of(status, octets) : null;
      }
    }
    if (in.getChannel().size() != stored.size()) {
      in.close();
      return null;
    }
    in.skipNBytes(range.first());
    return HttpAnswer.of(status, range.length(), in);
  }

  private HttpAnswer putPart(
      HttpRequest request, Signatures.Signed signed, Name name, Map<String, String> query)
      throws IOException {
    int number;
    try {
      number = Integer.parseInt(query.getOrDefault("partNumber", ""));
    } catch (NumberFormatException malformed) {
      throw S3Error.invalid("partNumber");
    }
    try (Upload part = Upload.receive(request, signed, files.newFile())) {
      String eTag = uploads.put(query.get("uploadId"), name, number, part);
      return HttpAnswer.of(200).with("ETag", "\"" + eTag + "\"");
    }
  }

  /** Amazon S3 API reference, ListParts: a thousand at once. */
  private HttpAnswer listParts(Name name, Map<String, String> query) throws IOException {
    int after;
    try {
      after = Integer.parseInt(query.getOrDefault("part-number-marker", "0"));
    } catch (NumberFormatException malformed) {
      throw S3Error.invalid("part-number-marker");
    }
    String upload = query.get("uploadId");
    List<MultipartUploads.Stored> all = uploads.list(upload, name, after);
    List<MultipartUploads.Stored> page = all.subList(0, Math.min(all.size(), MAX_LISTED));
    S3Xml xml =
        S3Xml.document("ListPartsResult")
            .with("Bucket", name.bucket())
            .with("Key", name.key())
            .with("UploadId", upload)
            .with("PartNumberMarker", after)
            .with("MaxParts", MAX_LISTED)
            .with("IsTruncated", page.size() < all.size());
    for (MultipartUploads.Stored stored : page) {
      xml.open("Part")
          .with("PartNumber", stored.part().number())
          .with("LastModified", stored.modified())
          .with("ETag", "\"" + stored.part().eTag() + "\"")
          .with("Size", stored.size())
          .close("Part");
    }
    if (page.size() < all.size()) {
      xml.with("NextPartNumberMarker", page.getLast().part().number());
    }
    return HttpAnswer.of(200, XML, xml.end("ListPartsResult"));
  }

  private HttpAnswer beginUpload(HttpRequest request, Name name) throws IOException {
    byte[] xml =
        S3Xml.document("InitiateMultipartUploadResult")
            .with("Bucket", name.bucket())
            .with("Key", name.key())
            .with("UploadId", uploads.begin(name, type(request)))
            .end("InitiateMultipartUploadResult");
    return HttpAnswer.of(200, XML, xml);
  }

  private HttpAnswer complete(
      HttpRequest request, Signatures.Signed signed, Name name, String upload) throws IOException {
    byte[] document = SignedBody.read(request, signed, MAX_COMPLETION);
    List<MultipartUploads.Part> parts = new ArrayList<>();
    for (Map<String, String> part : S3Xml.read(document, "Part")) {
      try {
        parts.add(
            new MultipartUploads.Part(
                Integer.parseInt(part.getOrDefault("PartNumber", "").strip()),
                part.getOrDefault("ETag", "").strip().replace("\"", "")));
      } catch (NumberFormatException malformed) {
        throw new S3Error(400, "MalformedXML", "A part has no number.");
      }
    }
    MultipartUploads.Whole whole = uploads.join(upload, name, parts);
    var options = new PutOptions(whole.contentType(), onlyNew(request));
    Stored stored;
    try {
      stored = files.put(name.bucket(), name.key(), whole.file(), options);
    } finally {
      Files.deleteIfExists(whole.file());
    }
    uploads.end(upload, name);
    tell("ObjectCreated:CompleteMultipartUpload", name, stored);
    byte[] xml =
        S3Xml.document("CompleteMultipartUploadResult")
            .with("Bucket", name.bucket())
            .with("Key", name.key())
            .with("ETag", "\"" + stored.eTag() + "\"")
            .end("CompleteMultipartUploadResult");
    return HttpAnswer.of(200, XML, xml);
  }
}

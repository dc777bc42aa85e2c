package skypost.local.s3;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skypost.local.http.HttpRequest;

/**
 * Checks Signature Version 4 (AWS IAM User Guide, "Create a signed API request"; Amazon S3 API
 * reference, "Authenticating Requests"), in the header or, presigned, in the query.
 */
final class Signatures {
  static final String UNSIGNED = "UNSIGNED-PAYLOAD";

  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final Pattern AUTHORIZATION =
      Pattern.compile(
          ALGORITHM + " +Credential=([^, ]+), *SignedHeaders=([^, ]+), *Signature=([0-9a-f]{64})");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final Duration SKEW = Duration.ofMinutes(15);
  private static final long LONGEST = Duration.ofDays(7).toSeconds(); // of a presigned URL

  private final AccessKey key;
  private final Clock clock;
  private volatile Signer last = new Signer("", new byte[0]);

  /** The key of one day, region and service, which is the same for thousands of requests. */
  private record Signer(String scope, byte[] key) {
    String sign(String text) {
      return HexFormat.of().formatHex(Hashes.hmac(key, text));
    }
  }

  Signatures(AccessKey key, Clock clock) {
    this.key = key;
    this.clock = clock;
  }

  /**
   * A request whose signature is right.
   *
   * @param payload how its body is signed: a hash, or what stands for one
   * @param chunks signs what comes in chunks
   */
  record Signed(String payload, Chunks chunks) {}

  /**
   * Signs the chunks of a body, each with the signature before it (Amazon S3 API reference,
   * "Transferring Payload in Multiple Chunks").
   */
  static final class Chunks {
    private final Signer signer;
    private final String time;
    private String previous;

    private Chunks(Signer signer, String time, String previous) {
      this.signer = signer;
      this.time = time;
      this.previous = previous;
    }

    void check(String hash, String signature) {
      check(ALGORITHM + "-PAYLOAD", Hashes.hexSha256("") + "\n" + hash, signature);
    }

    void checkTrailer(String hash, String signature) {
      check(ALGORITHM + "-TRAILER", hash, signature);
    }

    private void check(String algorithm, String rest, String signature) {
      String text = String.join("\n", algorithm, time, signer.scope(), previous, rest);
      previous = signer.sign(text);
      if (!Hashes.same(previous, signature)) {
        throw S3Error.forbidden("The signature of a chunk does not match.");
      }
    }
  }

  /** What the client says of its signature. */
  private record Claim(String credential, String signedHeaders, String signature, String time) {
    String scope() {
      return credential.substring(credential.indexOf('/') + 1);
    }
  }

  /**
   * @throws S3Error when the request is not signed by our key, or was so long ago
   */
  Signed check(HttpRequest request, Map<String, String> query) {
    boolean presigned = query.containsKey("X-Amz-Signature");
    Claim claim = presigned ? claimIn(query) : claimIn(request);
    String[] credential = claim.credential().split("/");
    if (credential.length != 5 || !credential[0].equals(key.id())) {
      throw new S3Error(403, "InvalidAccessKeyId", "The access key id is not known here.");
    }
    if (!claim.time().startsWith(credential[1])) {
      throw S3Error.forbidden("The day of the credential is another.");
    }
    checkTime(claim.time(), presigned ? query.get("X-Amz-Expires") : null);
    String payload = presigned ? UNSIGNED : request.header("x-amz-content-sha256").orElse(UNSIGNED);
    String canonical = canonical(request, query, claim, payload);
    Signer signer = signer(claim.scope(), credential);
    String text =
        String.join("\n", ALGORITHM, claim.time(), claim.scope(), Hashes.hexSha256(canonical));
    if (!Hashes.same(signer.sign(text), claim.signature())) {
      throw S3Error.forbidden("The signature does not match.");
    }
    return new Signed(payload, new Chunks(signer, claim.time(), claim.signature()));
  }

  private static Claim claimIn(HttpRequest request) {
    Matcher matcher = AUTHORIZATION.matcher(request.header("authorization").orElse(""));
    if (!matcher.matches()) {
      throw new S3Error(403, "AccessDenied", "Only Signature Version 4 is taken.");
    }
    String time = request.header("x-amz-date").orElse("");
    return new Claim(matcher.group(1), matcher.group(2), matcher.group(3), time);
  }

  private static Claim claimIn(Map<String, String> query) {
    return new Claim(
        query.getOrDefault("X-Amz-Credential", ""),
        query.getOrDefault("X-Amz-SignedHeaders", ""),
        query.get("X-Amz-Signature"),
        query.getOrDefault("X-Amz-Date", ""));
  }

  private void checkTime(String time, String expires) {
    Instant signed;
    long lifetime;
    try {
      signed = TIME.parse(time, Instant::from);
      lifetime = expires == null ? SKEW.toSeconds() : Long.parseLong(expires);
    } catch (DateTimeException | NumberFormatException malformed) {
      throw new S3Error(403, "AccessDenied", "The time of the signature is malformed.");
    }
    Instant now = clock.instant();
    if (signed.minus(SKEW).isAfter(now)
        || lifetime > LONGEST
        || signed.plusSeconds(lifetime).isBefore(now)) {
      throw new S3Error(
          403,
          expires == null ? "RequestTimeTooSkewed" : "AccessDenied",
          "The signature is not of this time.");
    }
  }

  private Signer signer(String scope, String[] credential) {
    Signer known = last;
    if (known.scope().equals(scope)) {
      return known;
    }
    byte[] derived = ("AWS4" + key.secret()).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    for (String part : Arrays.asList(credential).subList(1, 5)) {
      derived = Hashes.hmac(derived, part);
    }
    last = new Signer(scope, derived);
    return last;
  }

  private static String canonical(
      HttpRequest request, Map<String, String> query, Claim claim, String payload) {
    StringBuilder text = new StringBuilder(512);
    text.append(request.method()).append('\n');
    text.append(UriText.encode(UriText.decode(request.path()), true)).append('\n');
    String separator = "";
    for (Map.Entry<String, String> parameter : query.entrySet()) {
      if (!parameter.getKey().equals("X-Amz-Signature")) {
        text.append(separator)
            .append(UriText.encode(parameter.getKey(), false))
            .append('=')
            .append(UriText.encode(parameter.getValue(), false));
        separator = "&";
      }
    }
    text.append('\n');
    List<String> names = List.of(claim.signedHeaders().split(";"));
    if (!names.contains("host")) {
      throw S3Error.forbidden("The host is not signed.");
    }
    for (String name : names) {
      String value = request.header(name).orElse("");
      text.append(name).append(':').append(oneSpace(value)).append('\n');
    }
    return text.append('\n').append(claim.signedHeaders()).append('\n').append(payload).toString();
  }

  private static String oneSpace(String value) {
    return value.contains("  ") ? value.replaceAll(" +", " ") : value;
  }
}

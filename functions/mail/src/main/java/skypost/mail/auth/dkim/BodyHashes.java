package skypost.mail.auth.dkim;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.auth.RawMessage;
import skypost.mail.auth.dkim.BodyHash.Hashed;

/** The hashes that signatures of one message ask for; the body is read once. */
final class BodyHashes {
  /** Different hashes: both forms, and some lengths, which honest signers do not use. */
  private static final int MAX_HASHES = 8;

  private record Asked(Canonicalization form, long limit) {
    static Asked by(DkimSignature signature) {
      return new Asked(signature.body(), signature.bodyLength().orElse(Long.MAX_VALUE));
    }
  }

  private final Map<Asked, Hashed> hashes = new HashMap<>();

  /** Reads the body. */
  BodyHashes(RawMessage message, List<DkimSignature> signatures) throws IOException {
    Map<Asked, BodyHash> asked = new HashMap<>();
    for (DkimSignature signature : signatures) {
      Asked ask = Asked.by(signature);
      if (asked.size() < MAX_HASHES || ask.limit() == Long.MAX_VALUE) {
        asked.computeIfAbsent(ask, each -> new BodyHash(each.form(), each.limit()));
      }
    }
    if (asked.isEmpty()) {
      return;
    }
    try (InputStream body = message.body()) {
      byte[] buffer = new byte[16 * 1024];
      for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
        for (BodyHash hash : asked.values()) {
          hash.write(buffer, 0, count);
        }
      }
    }
    asked.forEach((ask, hash) -> hashes.put(ask, hash.end()));
  }

  /**
   * Holds a signature against the body.
   *
   * @return octets of the body that the signature leaves out
   * @throws DkimFault where it does not fit
   */
  long check(DkimSignature signature) throws DkimFault {
    Hashed hashed = hashes.get(Asked.by(signature));
    if (hashed == null) {
      throw DkimFault.of(new DkimResult.Policy("too many different l="));
    }
    long limit = signature.bodyLength().orElse(hashed.length());
    if (limit > hashed.length()) { // RFC 6376 section 3.5, l=
      throw DkimFault.of(new DkimResult.Fail("the body is shorter than l="));
    }
    if (!hashed.is(signature.bodyHash())) {
      throw DkimFault.of(new DkimResult.Fail("body hash did not verify"));
    }
    return hashed.length() - limit;
  }
}

package skypost.mail.auth.dkim;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import skypost.mail.auth.RawField;
import skypost.mail.auth.dkim.DkimSignature.Algorithm;
import skypost.mail.auth.dkim.SignableMessage.Taken;

/**
 * Signs a message for a domain (RFC 6376 section 5): relaxed/relaxed, all of the body, one
 * signature for each key. Thread safe.
 *
 * @param domain d=, in lower-case A-labels
 * @param keys that sign, in the order of the fields that they make
 */
public record DkimSigner(String domain, List<Key> keys) {
  /** RFC 6376 section 3.7 has no say about it; RFC 5322 section 2.1.1 wants lines of 78. */
  static final int MAX_LINE = 78;

  /**
   * Fields of which nobody may add another (RFC 6376 section 8.15): named once more than they
   * occur, and once where they do not.
   */
  private static final List<String> OVERSIGNED =
      List.of(
          "From",
          "To",
          "Cc",
          "Subject",
          "Date",
          "Message-ID",
          "Reply-To",
          "In-Reply-To",
          "References",
          "MIME-Version",
          "Content-Type",
          "Content-Transfer-Encoding");

  /**
   * Fields that are named once more than they occur, where they occur: a message with them is from
   * a list or a bulk sender, and others must not add theirs (RFC 8058 section 4 wants them signed).
   * Where they do not, a list that changes nothing else may add its own, and our signature holds.
   */
  private static final List<String> OVERSIGNED_WHERE_PRESENT =
      List.of(
          "List-Id",
          "List-Help",
          "List-Unsubscribe",
          "List-Unsubscribe-Post",
          "List-Subscribe",
          "List-Post",
          "List-Owner",
          "List-Archive");

  /** Fields that later servers may add to; those that are there are signed. */
  private static final List<String> SIGNED =
      List.of(
          "Sender",
          "Resent-From",
          "Resent-Sender",
          "Resent-To",
          "Resent-Cc",
          "Resent-Date",
          "Resent-Message-ID",
          "Content-ID",
          "Content-Description",
          "Content-Disposition",
          "Content-Language",
          "Auto-Submitted");

  /**
   * A private key.
   *
   * @param selector s=
   * @param algorithm what it is for
   */
  public record Key(String selector, Algorithm algorithm, PrivateKey privateKey) {
    @Override
    public String toString() {
      return "Key[" + selector + "]"; // never the key itself
    }
  }

  public DkimSigner {
    keys = List.copyOf(keys);
  }

  /**
   * Signs.
   *
   * @param message that all of the message has been written to
   * @return a DKIM-Signature field for each key, to go before the message: whole lines of ASCII,
   *     each with CRLF
   */
  public byte[] sign(SignableMessage message, Instant now) {
    Taken taken = message.end();
    var header = new SignedHeader(taken.fields());
    List<String> names = names(header);
    StringBuilder fields = new StringBuilder();
    for (Key key : keys) {
      FoldedField field = unsigned(key, names, taken.bodyHash(), now);
      byte[] signed = octets(header, names, field.toString());
      fields.append(field.packed(Base64.getEncoder().encodeToString(made(key, signed))));
      fields.append("\r\n");
    }
    return fields.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** What h= says: of a field that is not there, that there is none. */
  private static List<String> names(SignedHeader header) {
    List<String> names = new ArrayList<>();
    add(names, header, OVERSIGNED, 1, 1);
    add(names, header, OVERSIGNED_WHERE_PRESENT, 0, 1);
    add(names, header, SIGNED, 0, 0);
    return names;
  }

  private static void add(
      List<String> names, SignedHeader header, List<String> some, int absent, int more) {
    for (String name : some) {
      int present = header.count(name.toLowerCase(Locale.ROOT));
      int times = present == 0 ? absent : present + more;
      for (int i = 0; i < times; i++) {
        names.add(name);
      }
    }
  }

  private FoldedField unsigned(Key key, List<String> names, byte[] bodyHash, Instant now) {
    FoldedField field = new FoldedField("DKIM-Signature:", MAX_LINE);
    field.word("v=1;").word("a=" + key.algorithm().text() + ";").word("c=relaxed/relaxed;");
    field.word("d=" + domain + ";").word("s=" + key.selector() + ";");
    field.word("t=" + now.getEpochSecond() + ";");
    for (int i = 0;
        i < names.size();
        i++) { // RFC 6376 section 3.5: blanks may stand around a colon
      String name = names.get(i) + (i + 1 < names.size() ? ":" : ";");
      if (i == 0) {
        field.word("h=" + name);
      } else {
        field.close(name);
      }
    }
    return field.word("bh=" + Base64.getEncoder().encodeToString(bodyHash) + ";").word("b=");
  }

  private static byte[] octets(SignedHeader header, List<String> names, String field) {
    try {
      return header.octets(
          Canonicalization.RELAXED,
          names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList(),
          new RawField("dkim-signature", field + "\r\n"));
    } catch (DkimFault tooMuch) { // 1 MB, and each field once: within the bounds of a verifier
      throw new IllegalStateException(tooMuch);
    }
  }

  static byte[] made(Key key, byte[] signed) {
    try {
      boolean rsa = key.algorithm() == Algorithm.RSA_SHA256;
      Signature signature = Signature.getInstance(rsa ? "SHA256withRSA" : "Ed25519");
      signature.initSign(key.privateKey());
      // RFC 8463 section 3: it is the hash that Ed25519 signs
      signature.update(rsa ? signed : Digests.sha256().digest(signed));
      return signature.sign();
    } catch (GeneralSecurityException unusable) { // it was read as a key of this kind
      throw new IllegalStateException("key " + key.selector() + " does not sign", unusable);
    }
  }
}

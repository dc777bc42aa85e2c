package skypost.mail.auth.dkim;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import skypost.mail.auth.DomainNames;
import skypost.mail.auth.RawField;

/**
 * What a signature says (RFC 6376 section 3.5), but for what it says of its user (i=).
 *
 * @param field the field it stands in
 * @param algorithm how it was made
 * @param domain the signer, canonical
 * @param selector of the key, canonical
 * @param identityDomain the domain of i=, canonical; the signer's where there is none
 * @param header how the header was prepared
 * @param body how the body was
 * @param names of the signed fields in lower case, in their order
 * @param bodyLength octets of the body that are signed; all when it is empty
 * @param times when it was made, and when it ends
 */
public record DkimSignature(
    RawField field,
    Algorithm algorithm,
    String domain,
    String selector,
    String identityDomain,
    Canonicalization header,
    Canonicalization body,
    List<String> names,
    Optional<Long> bodyLength,
    Times times,
    byte[] bodyHash,
    byte[] signature) {

  /** RFC 8301 section 3.1, RFC 8463 section 3. */
  public enum Algorithm {
    RSA_SHA256("rsa"),
    ED25519_SHA256("ed25519");

    private final String keyType;

    Algorithm(String keyType) {
      this.keyType = keyType;
    }

    /** As a key record names it (k=). */
    String keyType() {
      return keyType;
    }

    /** As a signature names it (a=). */
    public String text() {
      return keyType + "-sha256";
    }
  }

  /** Seconds since the epoch (t=, x=). */
  public record Times(Optional<Long> made, Optional<Long> ends) {}

  /** What kind of field it is: the tags differ a little. */
  public enum Kind {
    /** RFC 6376 section 3.5. */
    DKIM,
    /** RFC 8617 section 4.1.2: no v=, and i= is the number of the set. */
    ARC_MESSAGE,
    /** RFC 8617 section 4.1.3: signs ARC fields only, so it has neither h=, bh= nor c=. */
    ARC_SEAL
  }

  /** Reads a field whose tags are known to be a list. */
  public static DkimSignature read(RawField field, TagList tags, Kind kind) throws DkimFault {
    if (kind == Kind.DKIM && !required(tags, "v").equals("1")) {
      throw DkimFault.permanent("unknown version");
    }
    String domain = name(required(tags, "d"), "d");
    boolean seal = kind == Kind.ARC_SEAL;
    List<String> names = seal ? List.of() : names(tags);
    String[] forms = seal ? new String[] {"relaxed", "simple"} : forms(tags);
    DkimSignature read =
        new DkimSignature(
            field,
            algorithm(required(tags, "a").toLowerCase(Locale.ROOT)),
            domain,
            name(required(tags, "s"), "s"),
            kind == Kind.DKIM ? identityDomain(tags, domain) : domain,
            form(forms[0]),
            form(forms[1]),
            names,
            seal ? Optional.empty() : number(tags, "l", 76),
            new Times(number(tags, "t", 12), number(tags, "x", 12)),
            seal ? new byte[0] : base64(tags, "bh"),
            base64(tags, "b"));
    read.check(tags);
    return read;
  }

  private void check(TagList tags) throws DkimFault {
    List<String> methods = List.of(tags.compact("q").orElse("dns/txt").split(":"));
    if (!methods.contains("dns/txt")) {
      throw DkimFault.permanent("unknown query method");
    }
    if (times.made().isPresent()
        && times.ends().isPresent()
        && times.ends().get() <= times.made().get()) {
      throw DkimFault.permanent("ends before it begins");
    }
  }

  /** Whether what it says of its user is true only for the signer itself, or for names below. */
  boolean isForSubdomain() {
    return !identityDomain.equals(domain);
  }

  private static String required(TagList tags, String name) throws DkimFault {
    return tags.compact(name)
        .filter(value -> !value.isEmpty())
        .orElseThrow(() -> DkimFault.permanent("no " + name + "="));
  }

  private static Algorithm algorithm(String text) throws DkimFault {
    for (Algorithm algorithm : Algorithm.values()) {
      if (algorithm.text().equals(text)) {
        return algorithm;
      }
    }
    throw DkimFault.permanent(
        text.equals("rsa-sha1") // RFC 8301 section 3.1: has failed for good
            ? "rsa-sha1 is not to be used any more"
            : "unknown algorithm");
  }

  private static String name(String given, String tag) throws DkimFault {
    String text = new String(given.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    return DomainNames.canonical(text)
        .orElseThrow(() -> DkimFault.permanent(tag + "= is no domain name"));
  }

  private static String identityDomain(TagList tags, String domain) throws DkimFault {
    Optional<String> identity = tags.compact("i");
    if (identity.isEmpty()) {
      return domain;
    }
    int at = identity.get().lastIndexOf('@');
    if (at < 0) {
      throw DkimFault.permanent("i= is no identity");
    }
    String of = name(identity.get().substring(at + 1), "i");
    if (!DomainNames.isWithin(of, domain)) { // RFC 6376 section 6.1.1
      throw DkimFault.permanent("i= is not within d=");
    }
    return of;
  }

  private static List<String> names(TagList tags) throws DkimFault {
    String[] names = required(tags, "h").toLowerCase(Locale.ROOT).split(":", -1);
    if (Arrays.asList(names).contains("")) {
      throw DkimFault.permanent("h= is malformed");
    }
    return List.of(names);
  }

  private static String[] forms(TagList tags) {
    String given = tags.compact("c").orElse("simple/simple").toLowerCase(Locale.ROOT);
    int slash = given.indexOf('/');
    return slash < 0
        ? new String[] {given, "simple"} // RFC 6376 section 3.5: for the body, simple
        : new String[] {given.substring(0, slash), given.substring(slash + 1)};
  }

  private static Canonicalization form(String name) throws DkimFault {
    return switch (name) {
      case "simple" -> Canonicalization.SIMPLE;
      case "relaxed" -> Canonicalization.RELAXED;
      default -> throw DkimFault.permanent("unknown canonicalization");
    };
  }

  private static Optional<Long> number(TagList tags, String name, int digits) throws DkimFault {
    Optional<String> text = tags.compact(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (!text.get().matches("[0-9]{1," + digits + "}")) {
      throw DkimFault.permanent(name + "= is no number");
    }
    String number = text.get().replaceFirst("^0+(?=.)", "");
    return Optional.of(number.length() > 18 ? Long.MAX_VALUE : Long.parseLong(number));
  }

  private static byte[] base64(TagList tags, String name) throws DkimFault {
    try {
      return Base64.getDecoder().decode(required(tags, name));
    } catch (IllegalArgumentException malformed) {
      throw DkimFault.permanent(name + "= is not base64");
    }
  }
}

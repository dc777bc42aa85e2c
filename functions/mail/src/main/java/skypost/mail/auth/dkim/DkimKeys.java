package skypost.mail.auth.dkim;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.dns.Lookups;
import skypost.mail.dns.Lookups.Found;

/** The keys that signatures of one message name; each is asked for once. Not thread safe. */
final class DkimKeys {
  /** Names that are asked for; an honest message has a handful of signers. */
  static final int MAX_NAMES = 200;

  private final Lookups dns;
  private final Map<String, Object> known = new HashMap<>(); // a DkimKey, or the DkimFault

  DkimKeys(Lookups dns) {
    this.dns = dns;
  }

  DkimKey find(DkimSignature signature) throws DkimFault {
    // RFC 6376 section 3.6.2.1
    String name = signature.selector() + "._domainkey." + signature.domain();
    if (!known.containsKey(name) && known.size() >= MAX_NAMES) {
      throw DkimFault.of(new DkimResult.Policy("too many keys"));
    }
    if (!known.containsKey(name) && dns.isOver()) {
      // Whoever used the time up must not gain by it that nothing can be told of this signer
      throw DkimFault.of(new DkimResult.Policy("not looked at: the time for DNS is over"));
    }
    Object found = known.computeIfAbsent(name, this::ask);
    if (found instanceof DkimFault fault) {
      throw fault;
    }
    DkimKey key = (DkimKey) found;
    if (!key.type().equals(signature.algorithm().keyType())) {
      throw DkimFault.permanent("the key is not of the signature's type");
    }
    if (key.strict() && signature.isForSubdomain()) { // RFC 6376 section 3.6.1, t=s
      throw DkimFault.permanent("i= is not of the very domain of d=");
    }
    return key;
  }

  private Object ask(String name) {
    return switch (dns.texts(name)) {
      case Found.Unknown<String>(String why) ->
          DkimFault.of(new DkimResult.TempError("no answer for the key: " + why));
      case Found.NoSuchName<String>() -> DkimFault.permanent("no key");
      case Found.Records<String>(List<String> records) -> read(records);
    };
  }

  /** RFC 6376 section 3.6.2.2: there should be one; the first that is a key is taken. */
  private static Object read(List<String> records) {
    DkimFault fault = DkimFault.permanent("no key");
    for (String record : records) {
      try {
        return DkimKey.read(record);
      } catch (DkimFault unusable) {
        fault = unusable;
      }
    }
    return fault;
  }
}

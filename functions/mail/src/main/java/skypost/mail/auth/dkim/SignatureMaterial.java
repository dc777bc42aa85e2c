package skypost.mail.auth.dkim;

import java.io.IOException;
import java.util.List;
import skypost.mail.auth.RawField;
import skypost.mail.auth.RawMessage;
import skypost.mail.dns.Lookups;

/** What signatures of one message are held against. Not thread safe. */
public final class SignatureMaterial {
  private final BodyHashes bodies;
  private final SignedHeader header;
  private final DkimKeys keys;

  /**
   * Reads the body once.
   *
   * @param signatures all that will be checked, but for seals
   */
  public SignatureMaterial(RawMessage message, List<DkimSignature> signatures, Lookups dns)
      throws IOException {
    this.bodies = new BodyHashes(message, signatures);
    this.header = new SignedHeader(message);
    this.keys = new DkimKeys(dns);
  }

  /** RFC 6376 section 6.1.2 and 6.1.3: the cheap comes first. */
  public DkimResult check(DkimSignature signature) {
    try {
      long left = bodies.check(signature);
      DkimKey key = usable(signature);
      if (!key.fits(signature.algorithm(), header.octets(signature), signature.signature())) {
        return failed(key, "signature did not verify");
      }
      if (left > 0) { // RFC 6376 section 8.2: whatever stands there, the signer has not seen it
        return new DkimResult.Policy("l= leaves " + left + " octets of the body unsigned");
      }
      return new DkimResult.Pass(key.testing() ? "the domain is testing" : "");
    } catch (DkimFault fault) {
      return fault.result();
    }
  }

  /** A seal over ARC fields, itself not among them (RFC 8617 section 5.1.1). */
  public DkimResult checkSeal(DkimSignature seal, List<RawField> sealed) {
    try {
      DkimKey key = usable(seal);
      byte[] signed = header.octets(sealed, seal.field());
      return key.fits(seal.algorithm(), signed, seal.signature())
          ? new DkimResult.Pass("")
          : new DkimResult.Fail("seal did not verify");
    } catch (DkimFault fault) {
      return fault.result();
    }
  }

  private DkimKey usable(DkimSignature signature) throws DkimFault {
    DkimKey key = keys.find(signature);
    if (key.weakness().isPresent()) {
      throw DkimFault.of(new DkimResult.Policy(key.weakness().get()));
    }
    return key;
  }

  /** RFC 6376 section 3.6.1, t=y: a failure in a test is as if there were no signature. */
  private static DkimResult failed(DkimKey key, String reason) {
    return key.testing()
        ? new DkimResult.Neutral(reason + ", and the domain is testing")
        : new DkimResult.Fail(reason);
  }
}

package skypost.mail.auth.dkim;

import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import skypost.mail.auth.dkim.DkimSignature.Algorithm;

/** Holds published key records against keys: by what a verifier makes of them. */
public final class KeyRecords {
  private KeyRecords() {}

  /**
   * What is wrong with a record, for a person.
   *
   * @param record as published, its strings joined
   * @param publicKey in base64, as p= should have it
   * @return empty when a verifier gets this very key from it
   */
  public static Optional<String> fault(String record, Algorithm algorithm, String publicKey) {
    DkimKey key;
    try {
      key = DkimKey.read(record);
    } catch (DkimFault unusable) {
      return Optional.of(unusable.result().why());
    }
    if (!key.type().equals(algorithm.keyType())) {
      return Optional.of("the key is of type " + key.type() + ", not " + algorithm.keyType());
    }
    byte[] wanted = Base64.getDecoder().decode(publicKey);
    byte[] got = key.key().getEncoded();
    byte[] end = Arrays.copyOfRange(got, Math.max(0, got.length - wanted.length), got.length);
    return Arrays.equals(end, wanted) ? Optional.empty() : Optional.of("it is another key");
  }
}

package skypost.local.s3;

/**
 * A pair of AWS credentials that only this machine knows.
 *
 * @param id the access key id
 * @param secret the secret access key
 */
public record AccessKey(String id, String secret) {
  @Override
  public String toString() {
    return "AccessKey[" + id + "]"; // never the secret
  }
}

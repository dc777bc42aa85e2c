package skypost.aws;

import java.io.IOException;
import java.util.function.Supplier;
import skypost.mail.signing.KeyVault;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;

/**
 * A {@link KeyVault} under a key of AWS KMS. The purpose is the encryption context, so it stands in
 * CloudTrail too. A secret is small enough for KMS itself: no data keys.
 */
public final class KmsKeyVault implements KeyVault {
  private final Supplier<KmsClient> kms;
  private final String key;

  /**
   * @param kms asked when it is needed: a client takes a while to make
   * @param key id or ARN of a symmetric key
   */
  public KmsKeyVault(Supplier<KmsClient> kms, String key) {
    this.kms = kms;
    this.key = key;
  }

  @Override
  public byte[] seal(byte[] secret, Purpose purpose) throws IOException {
    if (secret.length > MAX_SECRET) {
      throw new IOException("a secret of " + secret.length + " octets is too large");
    }
    return Calls.call(() ->
            kms.get()
                .encrypt(encrypt ->
                    encrypt
                        .keyId(key)
                        .plaintext(SdkBytes.fromByteArray(secret))
                        .encryptionContext(purpose.context())))
        .ciphertextBlob()
        .asByteArray();
  }

  @Override
  public byte[] open(byte[] sealed, Purpose purpose) throws IOException {
    return Calls.call(() ->
            kms.get()
                .decrypt(decrypt ->
                    decrypt
                        .keyId(key) // what another key has encrypted is not ours
                        .ciphertextBlob(SdkBytes.fromByteArray(sealed))
                        .encryptionContext(purpose.context())))
        .plaintext()
        .asByteArray();
  }
}

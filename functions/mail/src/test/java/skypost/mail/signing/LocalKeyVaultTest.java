package skypost.mail.signing;

import java.security.SecureRandom;
import java.util.Arrays;
import skypost.mail.contract.KeyVaultContract;

class LocalKeyVaultTest extends KeyVaultContract {
  private static KeyVault of(int seed) {
    byte[] key = new byte[LocalKeyVault.KEY_OCTETS];
    Arrays.fill(key, (byte) seed);
    return new LocalKeyVault(key, new SecureRandom());
  }

  @Override
  protected KeyVault vault() {
    return of(1);
  }

  @Override
  protected KeyVault another() {
    return of(2);
  }
}

package skypost.protocol.smtp.client;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A server's TLS with a certificate that nobody trusts, made by the JDK's keytool once for each
 * test run.
 */
public final class TestTls {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static SSLContext context;

  private TestTls() {}

  /** The server's context. */
  public static synchronized SSLContext server() {
    if (context == null) {
      try {
        context = make();
      } catch (Exception fault) {
        throw new IllegalStateException("no test certificate", fault);
      }
    }
    return context;
  }

  private static SSLContext make() throws Exception {
    Path folder = Files.createTempDirectory("skypost-tls");
    Path store = folder.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "mx",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2",
                "-dname",
                "CN=mx.test",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    if (keytool.waitFor() != 0) {
      throw new IllegalStateException(Files.readString(folder.resolve("log")));
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    Files.delete(store);
    Files.delete(folder.resolve("log"));
    Files.delete(folder);
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    SSLContext made = SSLContext.getInstance("TLS");
    made.init(managers.getKeyManagers(), null, null);
    return made;
  }
}

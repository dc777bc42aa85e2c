package skypost.protocol.net;

/**
 * Says EHLO over TLS 1.2 and prints what it hears. A program of its own, since the JDK reads once
 * whether to offer the extended master secret ({@code jdk.tls.useExtendedMasterSecret}).
 */
public final class Tls12Client {
  private Tls12Client() {}

  public static void main(String[] arguments) throws Exception {
    try (TestClient client =
        TestClient.connect(Integer.parseInt(arguments[0])).secure(TestTls.client(), "TLSv1.2")) {
      client.hear();
      System.out.println(client.say("EHLO client.test"));
    }
  }
}

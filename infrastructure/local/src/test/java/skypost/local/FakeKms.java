package skypost.local;

import com.fasterxml.jackson.jr.ob.JSON;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypt and Decrypt of AWS KMS as its API reference has them: the context must be the same, the
 * key named must be the one, 4096 octets are the most.
 */
final class FakeKms implements AutoCloseable {
  private static final int NONCE = 12;

  private final HttpServer server;
  private final Map<String, byte[]> keys = new ConcurrentHashMap<>();
  private final SecureRandom random = new SecureRandom();

  private FakeKms(HttpServer server) {
    this.server = server;
    server.createContext("/", this::handle);
    server.start();
  }

  static FakeKms start() throws IOException {
    return new FakeKms(
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void handle(HttpExchange exchange) throws IOException {
    Map<String, Object> request = JSON.std.mapFrom(exchange.getRequestBody());
    String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
    Map<String, Object> answer = new LinkedHashMap<>();
    int status = 200;
    try {
      String id = (String) request.get("KeyId");
      if (target.equals("TrentService.Encrypt")) {
        byte[] plain = octets(request, "Plaintext");
        if (plain.length > 4096) {
          throw new GeneralSecurityException("ValidationException");
        }
        byte[] nonce = chance(NONCE);
        byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, id, nonce, request).doFinal(plain);
        byte[] blob = Arrays.copyOf(nonce, NONCE + encrypted.length);
        System.arraycopy(encrypted, 0, blob, NONCE, encrypted.length);
        answer.put("CiphertextBlob", Base64.getEncoder().encodeToString(blob));
      } else {
        byte[] blob = octets(request, "CiphertextBlob");
        if (blob.length < NONCE) {
          throw new GeneralSecurityException("InvalidCiphertextException");
        }
        byte[] nonce = Arrays.copyOf(blob, NONCE);
        byte[] plain =
            cipher(Cipher.DECRYPT_MODE, id, nonce, request)
                .doFinal(blob, NONCE, blob.length - NONCE);
        answer.put("Plaintext", Base64.getEncoder().encodeToString(plain));
      }
      answer.put("KeyId", id);
    } catch (GeneralSecurityException refused) {
      status = 400;
      answer.put("__type", "InvalidCiphertextException");
    }
    byte[] body = JSON.std.asBytes(answer);
    exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private byte[] chance(int octets) {
    byte[] made = new byte[octets];
    random.nextBytes(made);
    return made;
  }

  private static byte[] octets(Map<String, Object> request, String name) {
    return Base64.getDecoder().decode((String) request.get(name));
  }

  private Cipher cipher(int mode, String key, byte[] nonce, Map<String, Object> request)
      throws GeneralSecurityException {
    byte[] secret = keys.computeIfAbsent(key, _ -> chance(32));
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(secret, "AES"), new GCMParameterSpec(128, nonce));
    Map<?, ?> context = (Map<?, ?>) request.get("EncryptionContext");
    cipher.updateAAD(new TreeMap<>(context).toString().getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}

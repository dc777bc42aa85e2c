package skypost.local.sqs;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * The digests by which SDKs check what they sent and received ("Calculating the MD5 message digest
 * for message attributes").
 */
final class Digests {
  private Digests() {}

  static String ofBody(String body) {
    return md5(body.getBytes(StandardCharsets.UTF_8));
  }

  static String ofAttributes(Map<String, Object> attributes) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      for (var attribute : new TreeMap<>(attributes).entrySet()) {
        write(out, attribute.getKey().getBytes(StandardCharsets.UTF_8));
        Map<?, ?> value = (Map<?, ?>) attribute.getValue();
        write(out, String.valueOf(value.get("DataType")).getBytes(StandardCharsets.UTF_8));
        if (value.get("StringValue") instanceof String text) {
          out.writeByte(1);
          write(out, text.getBytes(StandardCharsets.UTF_8));
        } else {
          out.writeByte(2);
          write(out, Base64.getDecoder().decode(String.valueOf(value.get("BinaryValue"))));
        }
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return md5(bytes.toByteArray());
  }

  private static void write(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String md5(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}

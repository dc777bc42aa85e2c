package skypost.mail.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import skypost.mail.auth.spf.SpfSession;
import skypost.mail.json.Fields;
import skypost.mail.message.MessageSource;

/**
 * Case folders of DKIM, DMARC and ARC: message.eml, dns.txt as {@link Zone} reads it, request.json
 * and why.md. What expected.json says must be so; what it leaves out may be as it is. The whole
 * answers go to target/auth-cases. The messages were signed by another implementation.
 */
class MessageCasesTest {
  @TestFactory
  Stream<DynamicTest> cases() throws IOException, URISyntaxException {
    Path folder = Path.of(Objects.requireNonNull(getClass().getResource("/auth/cases")).toURI());
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> cases = Files.list(folder)) {
      cases
          .sorted()
          .forEach(each ->
              tests.add(DynamicTest.dynamicTest(each.getFileName().toString(), () -> run(each))));
    }
    assertThat(tests).hasSizeGreaterThan(100);
    return tests.stream();
  }

  private static void run(Path folder) throws IOException {
    Fields request = Fields.read(Files.readString(folder.resolve("request.json")));
    var session =
        new SpfSession(
            InetAddress.ofLiteral(request.text("ip")),
            request.text("helo"),
            request.text("mailFrom"),
            "mx.receiver.example",
            Instant.parse(request.text("now")));
    MessageSource message = MessageSource.of(Files.readAllBytes(folder.resolve("message.eml")));
    Zone zone = Zone.of(Files.readString(folder.resolve("dns.txt")));

    Map<String, Object> answer =
        CheckAnswers.of(
            Authentication.check(session, Optional.of(message), zone), "mx.receiver.example");

    Path target = Path.of("target", "auth-cases", folder.getFileName() + ".json");
    Files.createDirectories(target.getParent());
    Files.writeString(target, Fields.string(answer));
    assertWithin("", JSON.std.mapFrom(Files.readString(folder.resolve("expected.json"))), answer);
  }

  private static void assertWithin(String path, Object expected, Object actual) {
    if (expected instanceof Map<?, ?> wanted && actual instanceof Map<?, ?> got) {
      wanted.forEach((key, value) -> assertWithin(path + '.' + key, value, got.get(key)));
    } else if (expected instanceof List<?> wanted && actual instanceof List<?> got) {
      assertThat(got).as(path).hasSameSizeAs(wanted);
      for (int i = 0; i < wanted.size(); i++) {
        assertWithin(path + '[' + i + ']', wanted.get(i), got.get(i));
      }
    } else {
      assertThat(actual).as(path).isEqualTo(expected);
    }
  }
}

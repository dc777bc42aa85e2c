package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpApiEndpointTest {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicReference<Map<String, Object>> seen = new AtomicReference<>();
  private volatile String answer =
      "{\"statusCode\":200,\"headers\":{\"x-a\":\"b\"},\"body\":\"hello\",\"isBase64Encoded\":false}";
  private HttpApiEndpoint endpoint;

  @BeforeEach
  void start() throws IOException {
    var function =
        new LambdaFunction(
            "Api",
            (in, out, context) -> {
              seen.set(JSON.std.mapFrom(in));
              if (answer.isEmpty()) {
                throw new IllegalStateException("broken");
              }
              out.write(answer.getBytes());
            },
            Duration.ofSeconds(20));
    endpoint = HttpApiEndpoint.start(0, function);
  }

  @AfterEach
  void stop() {
    endpoint.close();
    http.close();
  }

  @Test
  void aRequestArrivesInPayloadFormatTwo() throws Exception {
    HttpResponse<String> response =
        send(
            request("/v1/users/a%40b.example?limit=5&next=x%20y&limit=6")
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer t")
                .method("PUT", BodyPublishers.ofString("{\"ü\":1}")));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("hello");
    assertThat(response.headers().firstValue("x-a")).hasValue("b");
    assertThat(seen.get())
        .containsEntry("version", "2.0")
        .containsEntry("rawPath", "/v1/users/a%40b.example")
        .containsEntry("rawQueryString", "limit=5&next=x%20y&limit=6")
        .containsEntry("queryStringParameters", Map.of("limit", "5,6", "next", "x y"))
        .containsEntry("body", "{\"ü\":1}")
        .containsEntry("isBase64Encoded", false);
    assertThat(part("headers")).containsEntry("authorization", "Bearer t");
    assertThat(part("requestContext").get("http"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsEntry("method", "PUT")
        .containsEntry("sourceIp", "127.0.0.1");
  }

  @Test
  void bodiesThatAreNoTextComeAndGoInBase64() throws Exception {
    answer = "{\"statusCode\":201,\"body\":\"AAEC\",\"isBase64Encoded\":true}";
    HttpRequest request =
        request("/x")
            .header("Content-Type", "application/mbox")
            .POST(BodyPublishers.ofByteArray(new byte[] {1, -1}))
            .build();
    HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());

    assertThat(seen.get()).containsEntry("body", "Af8=").containsEntry("isBase64Encoded", true);
    assertThat(response.statusCode()).isEqualTo(201);
    assertThat(response.body()).containsExactly(0, 1, 2);
  }

  @Test
  void anAnswerWithoutStatusIsTheBody() throws Exception {
    answer = "{\"a\":1}";
    HttpResponse<String> response = send(request("/x").GET());
    assertThat(response.body()).isEqualTo("{\"a\":1}");
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
  }

  @Test
  void whatTheFunctionGetsWrongIsAServerError() throws Exception {
    for (String wrong : new String[] {"", "{", "{\"statusCode\":\"200\"}", "{\"statusCode\":99}"}) {
      answer = wrong;
      HttpResponse<String> response = send(request("/x").GET());
      assertThat(response.statusCode()).as(wrong).isEqualTo(500);
      assertThat(response.body()).isEqualTo("{\"message\":\"Internal Server Error\"}");
    }
  }

  @Test
  void tooLargeABodyIsRefused() throws Exception {
    HttpResponse<String> response =
        send(request("/x").POST(BodyPublishers.ofByteArray(new byte[10 * 1024 * 1024 + 1])));
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(seen.get()).isNull();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(endpoint.endpoint() + path));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> part(String name) {
    return (Map<String, Object>) seen.get().get(name);
  }
}

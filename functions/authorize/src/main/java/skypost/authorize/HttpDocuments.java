package skypost.authorize;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Documents by HTTP, soon or not at all: a client waits with its login. No redirect is followed.
 */
final class HttpDocuments implements IssuerKeys.Documents {
  private static final Duration LIMIT = Duration.ofSeconds(3); // from the call to the last octet
  private static final int MOST_OCTETS = 1 << 18;

  private HttpClient client;

  @Override
  public String get(String url) throws IOException {
    var request = HttpRequest.newBuilder(URI.create(url)).header("Accept", "application/json");
    Future<HttpResponse<String>> answer =
        client()
            .sendAsync(
                request.build(), BodyHandlers.limiting(BodyHandlers.ofString(UTF_8), MOST_OCTETS));
    try {
      HttpResponse<String> response = answer.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != 200) {
        throw new IOException(url + " answers " + response.statusCode());
      }
      return response.body();
    } catch (ExecutionException fault) {
      throw new IOException(url + " does not answer", fault.getCause());
    } catch (TimeoutException late) {
      throw new IOException(url + " does not answer in time", late);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IOException("stopped", stop);
    } finally {
      answer.cancel(true);
    }
  }

  /** Not made before the first token comes: a function may live without one. */
  private synchronized HttpClient client() {
    if (client == null) {
      client =
          HttpClient.newBuilder()
              .connectTimeout(LIMIT)
              .followRedirects(HttpClient.Redirect.NEVER)
              .build();
    }
    return client;
  }
}

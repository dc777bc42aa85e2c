package skypost.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.util.List;
import skypost.aws.AwsClients;
import skypost.aws.AwsPorts;
import skypost.mail.admin.TransferAtOnce;
import skypost.mail.settings.SettingsReader;

/** The handler of ApiFunction: HTTP API events. */
public final class ApiHandler implements RequestStreamHandler {
  private final Api api;
  private final List<Route> routes;

  /** Wired by the function's environment. */
  public ApiHandler() {
    this(AwsClients.fromEnvironment(), new SettingsReader(System.getenv()), Clock.systemUTC());
  }

  /**
   * Wired by hand. @throws SettingsReader.SettingsException with every setting that is missing or
   * wrong
   */
  public ApiHandler(AwsClients clients, SettingsReader reader, Clock clock) {
    ApiSettings settings = ApiSettings.read(reader);
    ApiPorts ports = ApiPorts.of(new AwsPorts(clients, reader, clock), settings);
    reader.check();
    this(settings, ports, clock, Thread::sleep);
  }

  /**
   * On any ports.
   *
   * @param pause passes the time in which others work
   */
  public ApiHandler(ApiSettings settings, ApiPorts ports, Clock clock, TransferAtOnce.Pause pause) {
    this.routes = Routes.of(settings, ports, clock, pause);
    this.api = new Api(settings.adminToken(), routes);
  }

  /** What it can do; the OpenAPI description is held against this. */
  List<Route> routes() {
    return routes;
  }

  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    answer.write(GatewayEvent.write(answer(event.readAllBytes())));
  }

  private Response answer(byte[] event) {
    try {
      return api.answer(GatewayEvent.read(event));
    } catch (Refusal malformed) {
      return malformed.problem().response();
    }
  }
}

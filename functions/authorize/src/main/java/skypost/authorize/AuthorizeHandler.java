package skypost.authorize;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.util.Optional;
import skypost.aws.AwsClients;
import skypost.aws.AwsPorts;
import skypost.mail.authorize.AuthorizeJson;
import skypost.mail.authorize.AuthorizeLogin;
import skypost.mail.authorize.AuthorizeRecipients;
import skypost.mail.authorize.CallAheadSettings;
import skypost.mail.authorize.CheckRelayRecipients;
import skypost.mail.authorize.CountTogether;
import skypost.mail.authorize.ScreenClients;
import skypost.mail.authorize.TokenIssuer;
import skypost.mail.directory.Postmaster;
import skypost.mail.directory.RelaySettings;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.settings.CommonSettings;
import skypost.mail.settings.SettingsReader;

/** The handler of AuthorizeFunction. */
public final class AuthorizeHandler implements RequestStreamHandler {
  private final AuthorizeJson.Decisions decisions;

  /** Wired by the function's environment. */
  public AuthorizeHandler() {
    this(AwsClients.fromEnvironment(), new SettingsReader(System.getenv()), Clock.systemUTC());
  }

  /**
   * Wired by hand. @throws SettingsReader.SettingsException with every setting that is missing or
   * wrong
   */
  public AuthorizeHandler(AwsClients clients, SettingsReader settings, Clock clock) {
    AwsPorts ports = new AwsPorts(clients, settings, clock);
    var relay =
        new RelaySettings(settings.networks(CommonSettings.TRUSTED_NETWORKS), Optional.empty());
    var tokens = new JwtBearerTokens(TokenIssuer.read(settings), clock);
    var logins =
        new AuthorizeLogin(
            new AuthorizeLogin.Ports(
                ports.credentials(), ports.attempts(), ports.directory(), tokens),
            clock);
    CallAheadSettings callAhead = CallAheadSettings.read(settings);
    var relayRecipients =
        new CheckRelayRecipients(
            ports.relayRecipients(), ports.probedRecipients(), callAhead.probe(), clock);
    var recipients =
        new AuthorizeRecipients(
            new AuthorizeRecipients.Ports(
                ports.directory(),
                ports.mailboxes(),
                relayRecipients,
                ports.suppressions(),
                new ReturnPaths(
                    settings.secrets(CommonSettings.RETURN_SECRETS, ReturnPaths.LEAST_SECRET)),
                new ScreenClients.Ports(callAhead.screen(), ports.greylist()),
                ports.domainUsage()),
            relay,
            clock);
    this.decisions =
        new AuthorizeJson.Decisions(
            logins,
            recipients,
            new Postmaster(ports.directory(), settings.hostname(CommonSettings.HOSTNAME)),
            new CountTogether(ports.tallies(), ports.directory(), relay, clock));
    settings.check();
  }

  /** On any ports. */
  public AuthorizeHandler(AuthorizeJson.Decisions decisions) {
    this.decisions = decisions;
  }

  @Override
  public void handleRequest(InputStream question, OutputStream answer, Context context)
      throws IOException {
    answer.write(AuthorizeJson.answer(question.readAllBytes(), decisions));
  }
}

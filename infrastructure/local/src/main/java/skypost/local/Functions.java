package skypost.local;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import skypost.api.ApiHandler;
import skypost.api.ApiSettings;
import skypost.authorize.AuthorizeHandler;
import skypost.aws.AwsClients;
import skypost.aws.AwsPorts;
import skypost.mail.settings.CommonSettings;
import skypost.mail.settings.SettingsReader;
import skypost.receive.ReceiveHandler;
import skypost.report.ReportHandler;
import skypost.send.SendHandler;
import skypost.transfer.TransferHandler;

/**
 * The functions of template.yaml, with the handlers that run in the cloud.
 *
 * @param authorize asked by the fronts
 * @param receive fed with S3's events
 * @param send woken for the outbound queue
 * @param transfer woken for exports and imports
 * @param report reports a day that is over
 * @param api behind the HTTP API
 */
record Functions(
    LambdaFunction authorize,
    LambdaFunction receive,
    LambdaFunction send,
    LambdaFunction transfer,
    LambdaFunction report,
    LambdaFunction api) {
  private static final String AUTHORIZE = "AuthorizeFunction";
  private static final String RECEIVE = "ReceiveFunction";
  private static final Duration AUTHORIZE_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration API_TIMEOUT =
      Duration.ofSeconds(30); // the longest that API Gateway waits

  /**
   * Makes them.
   *
   * @param environment as {@link #environment} makes it
   */
  static Functions of(AwsClients clients, Map<String, String> environment, Clock clock) {
    return new Functions(
        new LambdaFunction(
            AUTHORIZE,
            new AuthorizeHandler(clients, new SettingsReader(environment), clock),
            AUTHORIZE_TIMEOUT),
        new LambdaFunction(
            RECEIVE,
            new ReceiveHandler(clients, new SettingsReader(environment), clock),
            Resources.RECEIVE_TIMEOUT),
        new LambdaFunction(
            "SendFunction",
            new SendHandler(clients, new SettingsReader(environment), clock),
            Resources.SEND_TIMEOUT),
        new LambdaFunction(
            "TransferFunction",
            new TransferHandler(clients, new SettingsReader(environment), clock),
            Resources.TRANSFER_TIMEOUT),
        new LambdaFunction(
            "ReportFunction",
            new ReportHandler(clients, new SettingsReader(environment), clock),
            Resources.REPORT_TIMEOUT),
        new LambdaFunction(
            "ApiFunction",
            new ApiHandler(clients, new SettingsReader(environment), clock),
            API_TIMEOUT));
  }

  List<LambdaFunction> all() {
    return List.of(authorize, receive, send, transfer, report, api);
  }

  /**
   * What template.yaml has made by Secrets Manager and KMS.
   *
   * @param vaultKey file of the key that stands in for that of KMS
   */
  record Secrets(String adminToken, String returnSecret, Path vaultKey) {}

  /** The environment as template.yaml sets it: the given one, and where everything is. */
  static Map<String, String> environment(
      Map<String, String> given, Resources resources, Secrets secrets) {
    Map<String, String> environment = new HashMap<>(given);
    environment.put(AwsPorts.BUCKET.key(), Resources.BUCKET);
    environment.put(AwsPorts.DIRECTORY.key(), Resources.DIRECTORY);
    environment.put(AwsPorts.CREDENTIALS.key(), Resources.CREDENTIALS);
    environment.put(AwsPorts.MAILBOXES.key(), Resources.MAILBOXES);
    environment.put(AwsPorts.MESSAGES.key(), Resources.MESSAGES);
    environment.put(AwsPorts.INCOMING.key(), resources.incoming().url());
    environment.put(AwsPorts.OUTBOUND.key(), resources.outbound().url());
    environment.put(AwsPorts.TRANSFERS.key(), resources.transfers().url());
    environment.put(AwsPorts.AUTHORIZE.key(), AUTHORIZE);
    environment.put(AwsPorts.RECEIVE.key(), RECEIVE);
    environment.put(ApiSettings.ADMIN_TOKEN.key(), secrets.adminToken());
    environment.merge(
        CommonSettings.RETURN_SECRETS.key(),
        secrets.returnSecret(),
        (own, made) -> own.isEmpty() ? made : own);
    environment.merge(
        AwsPorts.VAULT_KEY_FILE.key(),
        secrets.vaultKey().toString(),
        (own, made) -> own.isEmpty() ? made : own);
    return environment;
  }
}

package skypost.local.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import skypost.aws.S3Messages;
import skypost.local.BenchS3;
import skypost.mail.authorize.Authorizer;
import skypost.mail.message.IncomingMessages;
import skypost.mail.tls.ServerTls;
import skypost.protocol.sasl.ScramSalt;
import skypost.protocol.smtp.SmtpReply;
import skypost.smtp.Door;
import skypost.smtp.SmtpFront;
import skypost.smtp.SmtpFrontSettings;

/**
 * The front by itself, as a process: everybody may send to anybody. Its messages go to an S3 client
 * that answers at once, or, with a folder as argument, to the embedded S3.
 */
final class BenchFront {
  private static final long MAX_MESSAGE = 200L << 20;
  private static final int MAX_CONNECTIONS = 10_000;

  private BenchFront() {}

  /** Says {@code ready PORT}, and serves until its standard input ends. */
  public static void main(String[] arguments) throws Exception {
    IncomingMessages messages =
        arguments.length == 0
            ? new S3Messages(new InstantS3(), "bench")
            : BenchS3.start(Path.of(arguments[0])).messages();
    SmtpFrontSettings settings =
        new SmtpFrontSettings(
            "mx.bench.test",
            InetAddress.getByAddress(new byte[] {127, 0, 0, 1}),
            Map.of(Door.SMTP, 0),
            MAX_MESSAGE,
            MAX_CONNECTIONS,
            ServerTls.selfSigned("mx.bench.test", Instant.now()),
            List.of(),
            SmtpFrontSettings.Defence.NONE);
    SmtpFront front =
        SmtpFront.start(settings, new Everybody(), messages, Clock.systemUTC(), new SecureRandom());
    System.out.println("ready " + front.port(Door.SMTP));
    System.in.transferTo(java.io.OutputStream.nullOutputStream());
    System.exit(0);
  }

  /** Accepts every recipient and no login. */
  private static final class Everybody implements Authorizer {
    private static final RecipientAnswer YES =
        new RecipientAnswer(true, SmtpReply.of(250, 1, 5, "Ok"), "bench");

    @Override
    public LoginAnswer login(LoginQuestion question) {
      return new LoginAnswer.Refused();
    }

    @Override
    public ScramSalt scramSalt(ScramSaltQuestion question) throws IOException {
      throw new IOException("nobody logs in here");
    }

    @Override
    public LoginAnswer tokenLogin(TokenQuestion question) {
      return new LoginAnswer.Refused();
    }

    @Override
    public ScramAnswer scramLogin(ScramQuestion question) {
      return new ScramAnswer.Refused();
    }

    @Override
    public List<RecipientAnswer> recipients(RecipientsQuestion question) {
      return question.recipients().stream().map(_ -> YES).toList();
    }
  }
}

package skypost.local.bench;

import static java.lang.ProcessBuilder.Redirect.DISCARD;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import skypost.mail.directory.PasswordHash;

/**
 * The machine's own Dovecot with settings, sockets and mail in a folder of ours: Maildir, a
 * passwd-file, its default login processes ("high security": one for each connection). Wants root,
 * as Dovecot does.
 */
final class DovecotServer {
  private static final String SETTINGS =
      """
      base_dir = %1$s/run
      state_dir = %1$s/state
      log_path = %1$s/log
      protocols = pop3
      listen = 127.0.0.1
      ssl = no
      disable_plaintext_auth = no
      mail_location = maildir:%1$s/mail/%%n
      mail_max_userip_connections = 0
      first_valid_uid = 1
      first_valid_gid = 1
      passdb {
        driver = passwd-file
        args = scheme=plain %1$s/passwd
      }
      userdb {
        driver = static
        args = uid=nobody gid=nogroup home=%1$s/mail/%%n
      }
      service pop3-login {
        inet_listener pop3 {
          port = %2$d
        }
        inet_listener pop3s {
          port = 0
        }
        process_limit = 2000
      }
      service pop3 {
        process_limit = 2000
      }
      """;

  private static final int TRIES = 100;
  private static final Duration PAUSE = Duration.ofMillis(100);

  private DovecotServer() {}

  /** Starts one whose users have that many messages. */
  static Server start(Path folder, int messages) throws IOException {
    return start("Dovecot", folder, messages, "{PLAIN}" + Pop3Load.PASSWORD);
  }

  /** The same, with the passwords hashed as ours are. */
  static Server startHashed(Path folder, int messages) throws IOException {
    String hash = PasswordHash.of(Pop3Load.PASSWORD, new SecureRandom());
    return start("Dovecot, hashed", folder, messages, "{ARGON2ID}" + hash);
  }

  private static Server start(String name, Path folder, int messages, String password)
      throws IOException {
    fill(folder, messages, password);
    int port = freePort();
    Path settings = folder.resolve("dovecot.conf");
    Files.writeString(settings, SETTINGS.formatted(folder.toAbsolutePath(), port));
    run("chown", "-R", "nobody:nogroup", folder.resolve("mail").toString());
    run("chmod", "a+rX", folder.toString(), folder.getParent().toString());
    var command = new ProcessBuilder("dovecot", "-F", "-c", settings.toString());
    Process master = command.redirectErrorStream(true).redirectOutput(DISCARD).start();
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", port);
    awaitGreeting(address, master);
    return new Server(
        name, address, Optional.of(new ProcessTree(master.pid())), false, () -> stop(master));
  }

  private static void awaitGreeting(InetSocketAddress address, Process master) throws IOException {
    for (int tries = 1; ; tries++) {
      try (Pop3Talker talker = new Pop3Talker(address)) {
        talker.say("QUIT");
        return;
      } catch (IOException notYet) {
        if (tries == TRIES || !master.isAlive()) {
          throw new IOException("Dovecot did not start", notYet);
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private static void stop(Process master) throws IOException {
    master.destroy();
    try {
      master.waitFor();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IOException(stop);
    }
  }

  /** Maildirs as Dovecot's own delivery leaves them: LF at the ends of lines. */
  private static void fill(Path folder, int messages, String password) throws IOException {
    Files.createDirectories(folder.resolve("state"));
    StringBuilder passwords = new StringBuilder();
    byte[] content = Pop3Load.message().replace("\r\n", "\n").getBytes(StandardCharsets.US_ASCII);
    for (int user = 0; user < Servers.USERS; user++) {
      passwords.append(Pop3Load.user(user)).append(":").append(password).append("\n");
      Path maildir = folder.resolve("mail/user" + user);
      for (String part : new String[] {"cur", "new", "tmp"}) {
        Files.createDirectories(maildir.resolve(part));
      }
      for (int i = 0; i < messages; i++) {
        String name = (1_700_000_000L + i) + ".M" + i + "P1.bench:2,";
        Files.write(maildir.resolve("cur").resolve(name), content);
      }
    }
    Files.writeString(folder.resolve("passwd"), passwords);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress("127.0.0.1", 0));
      return socket.getLocalPort();
    }
  }

  private static void run(String... command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(DISCARD).start();
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + " failed");
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IOException(stop);
    }
  }
}

package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.local.whole.LocalProcess.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A mailbox of 500 messages as they occur leaves as mbox and as Maildir and comes into others',
 * through the API and URLs of S3, with a kill -9 in the middle. The archives stay in {@code
 * target/transfers} for other programs to be tried on.
 */
class TransferWayTest {
  private static final int COUNT = 500;
  private static final String ANN = "ann@example.com";
  private static final Path KEPT = Path.of("target", "transfers");

  @TempDir private static Path data;
  private final HttpClient http = HttpClient.newHttpClient();
  private LocalProcess system;

  @Test
  void aMailboxLeavesAndComesIntoOthers() throws Exception {
    system = LocalProcess.start(data, Map.of());
    system.users("example.com", "ann", "mbox", "maildir");
    String script =
        "require [\\\"fileinto\\\", \\\"imap4flags\\\"]; if header :contains \\\"subject\\\" \\\"7\\\""
            + " { setflag [\\\"\\\\\\\\Seen\\\", \\\"$Junk\\\"]; fileinto \\\"Junk\\\"; }";
    assertThat(
            system.api("PUT", "/v1/users/" + ANN + "/filters", "{\"script\":\"" + script + "\"}"))
        .matches(answer -> answer.status() < 300, "the filter is taken");
    deliver();

    byte[] mbox = export("mbox");
    byte[] maildir = export("maildir");
    Files.createDirectories(KEPT);
    Files.write(KEPT.resolve("ann.mbox"), mbox);
    Files.write(KEPT.resolve("ann.tar"), maildir);
    importInto("mbox@example.com", "mbox", mbox, false);
    importInto("maildir@example.com", "maildir", maildir, true);

    List<String> listed = listing(ANN, ANN.length());
    assertThat(listed.stream().filter(line -> line.startsWith("Junk") && line.contains("$Junk")))
        .isNotEmpty();
    List<String> bodies = bodies(ANN);
    for (String user : List.of("mbox@example.com", "maildir@example.com")) {
      assertThat(listing(user, user.length())).isEqualTo(listed);
      assertThat(bodies(user)).isEqualTo(bodies);
    }
    system.close();
    System.out.printf(
        "transfer: %d messages, mbox of %d and Maildir of %d octets, both imported to the octet%n",
        COUNT, mbox.length, maildir.length);
  }

  private void deliver() throws Exception {
    try (MailClient smtp = MailClient.connect(system.port("smtp"))) {
      smtp.reply();
      smtp.command("EHLO client.example");
      for (byte[] message : RealMessages.all(COUNT).subList(0, COUNT)) {
        assertThat(smtp.send("sender@far.example", ANN, message)).startsWith("250 2.0.0");
      }
    }
    await("all messages", () -> listing(ANN, 0).size(), count -> count == COUNT);
  }

  private byte[] export(String format) throws Exception {
    var begun =
        system.api("POST", "/v1/users/" + ANN + "/exports", "{\"format\":\"" + format + "\"}");
    assertThat(begun.status()).as("%s", begun).isEqualTo(202);
    String path = "/v1/users/" + ANN + "/exports/" + begun.body().get("id");
    Map<String, Object> done =
        await(
            "the export",
            () -> system.api("GET", path, null).body(),
            body -> "done".equals(body.get("state")));
    assertThat(done.get("messages")).isEqualTo(Map.of("total", COUNT, "done", COUNT, "missing", 0));
    var request = HttpRequest.newBuilder(URI.create(url(done, "download"))).build();
    HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }

  private static String url(Map<String, Object> body, String link) {
    return ((Map<?, ?>) body.get(link)).get("url").toString();
  }

  private void importInto(String user, String format, byte[] archive, boolean kill)
      throws Exception {
    var begun =
        system.api("POST", "/v1/users/" + user + "/imports", "{\"format\":\"" + format + "\"}");
    assertThat(begun.status()).as("%s", begun).isEqualTo(202);
    String path = "/v1/users/" + user + "/imports/" + begun.body().get("id");
    var put =
        HttpRequest.newBuilder(URI.create(url(begun.body(), "upload")))
            .PUT(HttpRequest.BodyPublishers.ofByteArray(archive))
            .build();
    assertThat(http.send(put, HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    assertThat(system.api("POST", path + "/start", "{}").status()).isEqualTo(202);
    if (kill) {
      await("a part of it", () -> listing(user, 0).size(), count -> count > COUNT / 4);
      system.kill();
      system = LocalProcess.start(data, Map.of());
    }
    Map<String, Object> done =
        await(
            "the import",
            () -> system.api("GET", path, null).body(),
            body -> !"running".equals(body.get("state")));
    assertThat(done).containsEntry("state", "done");
    assertThat(done.get("messages")).isEqualTo(Map.of("read", COUNT, "filed", COUNT, "failed", 0));
  }

  /** Folder, UID, flags, subject and octets, without those of the reader's own address. */
  private List<String> listing(String user, int own) {
    List<String> lines = new ArrayList<>();
    for (String folder : List.of("INBOX", "Junk")) {
      var page =
          system.api(
              "GET", "/v1/users/" + user + "/folders/" + folder + "/messages?limit=1000", null);
      if (page.body().get("items") instanceof List<?> items) {
        for (Object item : items) {
          Map<?, ?> message = (Map<?, ?>) item;
          long octets = ((Number) message.get("bytes")).longValue() - own;
          lines.add(
              folder
                  + " "
                  + message.get("uid")
                  + " "
                  + message.get("flags")
                  + " "
                  + message.get("subject")
                  + " "
                  + octets);
        }
      }
    }
    return lines;
  }

  /** What POP3 gives of INBOX, below the headers of final delivery. */
  private List<String> bodies(String user) throws IOException {
    List<String> bodies = new ArrayList<>();
    try (MailClient pop3 = MailClient.pop3(system.port("pop3"), user)) {
      int count = pop3.lines("LIST").size();
      for (int i = 1; i <= count; i++) {
        byte[] message = pop3.retrieve("RETR " + i);
        String head = "Return-Path: <sender@far.example>\r\nDelivered-To: " + user + "\r\n";
        assertThat(
                new String(message, 0, head.length(), java.nio.charset.StandardCharsets.US_ASCII))
            .isEqualTo(head);
        bodies.add(
            message.length
                - head.length()
                + " "
                + HexFormat.of().toHexDigits(hash(message, head.length())));
      }
    }
    return bodies;
  }

  private static int hash(byte[] octets, int from) {
    int hash = 1;
    for (int i = from; i < octets.length; i++) {
      hash = 31 * hash + octets[i];
    }
    return hash;
  }
}

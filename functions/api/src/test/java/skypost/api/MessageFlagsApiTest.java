package skypost.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.message.MessageId;

/** Flags of messages, and what has changed in a folder. */
class MessageFlagsApiTest {
  private static final String INBOX = "/v1/users/ann@local.example/folders/INBOX";

  private final World world = World.seeded();

  MessageFlagsApiTest() throws IOException {}

  @Test
  void aFlagIsSetAndWhoAsksForChangesSeesIt() throws IOException {
    String before = highest();

    World.Answer changed =
        world.patch(INBOX + "/messages/1", "{\"flags\": {\"\\\\seen\": true, \"Work\": true}}");

    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.json().get("flags")).isEqualTo(List.of("\\Seen", "Work"));
    World.Answer changes = world.get(INBOX + "/changes?since=" + before);
    assertThat(changes.items()).containsExactly(changed.json());
    assertThat(changes.json().get("vanished")).isEqualTo(List.of());
    assertThat(changes.json().get("highestModseq"))
        .isEqualTo(changed.json().get("modseq"))
        .isEqualTo(highest());
    assertThat(world.get(INBOX + "/changes?since=" + highest()).items()).isEmpty();
    assertThat(world.get(INBOX + "/messages").items()).containsExactly(changed.json());
  }

  @Test
  void aFlagIsTakenAwayAndTheOthersStay() throws IOException {
    world.patch(INBOX + "/messages/1", "{\"flags\": {\"\\\\Seen\": true, \"Work\": true}}");

    World.Answer changed =
        world.patch(INBOX + "/messages/1", "{\"flags\": {\"\\\\Seen\": false, \"None\": null}}");

    assertThat(changed.json().get("flags")).isEqualTo(List.of("Work"));
  }

  @Test
  void whatWasChangedMeanwhileIsAConflict() throws IOException {
    String seen = highest();
    world.patch(INBOX + "/messages/1", "{\"flags\": {\"\\\\Seen\": true}}");
    String change = "{\"flags\": {\"\\\\Draft\": true}, \"unchangedSince\": \"%s\"}";

    assertThat(world.patch(INBOX + "/messages/1", change.formatted(seen)).status()).isEqualTo(409);
    assertThat(world.patch(INBOX + "/messages/1", change.formatted(highest())).status())
        .isEqualTo(200);
  }

  @Test
  void alsoInAFolderWithASlash() throws IOException {
    world.mailboxes.deliver(
        World.ANN, new Delivery(MessageId.derived(World.NOW, "w"), "Work/2026", 5, false, "plan"));
    String folder = "/v1/users/ann@local.example/folders/Work/2026";

    assertThat(world.patch(folder + "/messages/1", "{\"flags\": {\"\\\\Flagged\": true}}").status())
        .isEqualTo(200);
    assertThat(world.get(folder + "/changes").items())
        .extracting(item -> item.get("flags"))
        .containsExactly(List.of("\\Flagged"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          1  | {}                                              | 400 | "field":"flags"
          1  | {"flags": {"two words": true}}                  | 400 | "field":"flags.two words"
          1  | {"flags": {"\\\\Recent": true}}                 | 400 | not a flag
          1  | {"flags": {"\\\\Seen": "yes"}}                  | 400 | true or false
          1  | {"flags": {}, "unchangedSince": "x"}            | 400 | "field":"unchangedSince"
          1  | {"flags": {}, "unchangedSince": 5}              | 400 | "field":"unchangedSince"
          2  | {"flags": {"\\\\Seen": true}}                   | 404 | message 2
          x  | {"flags": {"\\\\Seen": true}}                   | 404 | message x
          1  | {"flags": {}}                                   | 200 | "flags":[]
          """)
  void aChangeThatMakesNoSenseIsRefusedByName(String uid, String body, int status, String said)
      throws IOException {
    World.Answer answer = world.patch(INBOX + "/messages/" + uid, body);

    assertThat(answer.body()).contains(said);
    assertThat(answer.status()).isEqualTo(status);
  }

  @Test
  void moreFlagsThanAMessageMayHaveAreRefused() throws IOException {
    String many = "{\"flags\": {\"" + "x".repeat(199) + "\": true, \"y\": true}}";

    assertThat(world.patch(INBOX + "/messages/1", many).body()).contains("200 characters");
    assertThat(world.get(INBOX + "/messages").items().getFirst().get("flags")).isEqualTo(List.of());
  }

  @Test
  void changesOfWhatIsNotThere() throws IOException {
    assertThat(world.get("/v1/users/ann@local.example/folders/None/changes").status())
        .isEqualTo(404);
    assertThat(world.get("/v1/users/none@local.example/folders/INBOX/changes").status())
        .isEqualTo(404);
    assertThat(world.get(INBOX + "/changes?since=-1").body()).contains("\"field\":\"since\"");
  }

  private String highest() throws IOException {
    Map<?, ?> folders =
        (Map<?, ?>) world.get("/v1/users/ann@local.example/mailbox").json().get("folders");
    return (String) ((Map<?, ?>) folders.get("INBOX")).get("highestModseq");
  }
}

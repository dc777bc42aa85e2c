package skypost.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.mail.transfer.TransferId;
import skypost.mail.transfer.TransferKey;

/** Exports and imports as clients see them. */
class TransferApiTest {
  private static final String ANN = "/v1/users/ann@local.example";

  private World world;

  @BeforeEach
  void seed() throws IOException {
    world = World.seeded();
  }

  @Test
  void anExportBeginsAndWakesItsWorker() throws IOException {
    World.Answer answer = world.post(ANN + "/exports", "{\"format\":\"maildir\"}");

    String id = answer.json().get("id").toString();
    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.headers()).containsEntry("location", ANN + "/exports/" + id);
    assertThat(answer.body()).contains("\"total\":1").doesNotContain("download");
    assertThat(world.transferWakes)
        .containsExactly(new TransferKey(World.ANN, TransferId.parse(id).orElseThrow()));
  }

  @Test
  void aRunningExportHasNoUrlYet() throws IOException {
    String location =
        world.post(ANN + "/exports", "{\"format\":\"mbox\"}").headers().get("location").toString();

    assertThat(world.get(location).json())
        .containsEntry("state", "running")
        .doesNotContainKey("download");
    assertThat(world.delete(location).status()).isEqualTo(204);
    assertThat(world.get(location).status()).isEqualTo(404);
  }

  @Test
  void anImportStartsOnceItsArchiveIsThere() throws IOException {
    World.Answer begun = world.post(ANN + "/imports", "{\"format\":\"mbox\"}");
    String location = begun.headers().get("location").toString();
    assertThat(begun.body()).contains("\"upload\":{\"method\":\"PUT\",\"url\":\"memory:imports/");

    World.Answer early = world.post(location + "/start", "");
    assertThat(early.status()).isEqualTo(409);
    assertThat(early.body()).contains("nothing has been put");
    assertThat(world.transferWakes).isEmpty();

    TransferId id = TransferId.parse(begun.json().get("id").toString()).orElseThrow();
    world.imports.upload(new TransferKey(World.ANN, id), new byte[7]);
    World.Answer started = world.post(location + "/start", "");
    assertThat(started.status()).isEqualTo(202);
    assertThat(started.body()).contains("\"bytes\":{").contains("\"total\":7");
    assertThat(started.json()).doesNotContainKey("upload");
    assertThat(world.transferWakes).hasSize(1);
  }

  @Test
  void aSmallMailboxIsTheAnswerAndAnotherTakesIt() throws IOException {
    World.Answer exported = world.get(ANN + "/export?format=mbox");

    assertThat(exported.status()).isEqualTo(200);
    assertThat(exported.headers()).containsEntry("content-type", "application/mbox");
    String mbox = new String(Base64.getDecoder().decode(exported.body()), ISO_8859_1);
    assertThat(mbox).startsWith("From ").contains("Subject: sample");
    assertThat(world.transfers.find(world.transferWakes.getLast())).as("it is not kept").isEmpty();

    World.Answer imported =
        world.call("POST", ANN + "/import?folder=Again", mboxHeaders(), mbox + mbox);
    assertThat(imported.status()).isEqualTo(200);
    assertThat(imported.body()).contains("\"state\":\"done\"", "\"filed\":2");
    assertThat(world.get("/v1/users/nobody@local.example/export").status()).isEqualTo(404);
    assertThat(world.get(ANN + "/export?format=zip").status()).isEqualTo(400);
  }

  @Test
  void whatTakesLongerGoesOnPastTheRequest() throws IOException {
    world.standStill();

    World.Answer exported = world.get(ANN + "/export");
    assertThat(exported.status()).isEqualTo(202);
    String location = exported.headers().get("location").toString();
    assertThat(world.get(location).json()).containsEntry("state", "running");

    World.Answer imported = world.call("POST", ANN + "/import", mboxHeaders(), "From x\n\n");
    assertThat(imported.status()).isEqualTo(202);
    assertThat(world.get(imported.headers().get("location").toString()).status()).isEqualTo(200);
  }

  private static Map<String, String> mboxHeaders() {
    return Map.of("Authorization", "Bearer " + World.TOKEN, "Content-Type", "application/mbox");
  }

  @Test
  void anotherArchiveIsNotTakenForTheRestOfOne() throws IOException {
    world.imports.upload(new TransferKey(World.ANN, World.IMPORT), new byte[6]);

    assertThat(world.post(ANN + "/imports/" + World.IMPORT + "/start", "").status()).isEqualTo(409);
  }

  @Test
  void anExportIsNotFoundAsAnImport() throws IOException {
    assertThat(world.get(ANN + "/imports/" + World.EXPORT).status()).isEqualTo(404);
    assertThat(world.delete(ANN + "/imports/" + World.EXPORT).status()).isEqualTo(404);
    assertThat(world.get(ANN + "/exports/" + World.EXPORT).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /exports | {}                                     | 400 | format
          /exports | {"format":"zip"}                       | 400 | one of mbox, maildir
          /exports | {"format":"mbox","folders":["None"]}   | 400 | there is no folder None
          /exports | {"format":"mbox","folder":"INBOX"}     | 400 | not a member
          /imports | {"format":"mbox","folder":"../etc"}    | 400 | not the name of a folder
          /imports | {"format":"mbox","folder":"a\\tb"}     | 400 | not the name of a folder
          /imports/nonsense/start |                         | 400 | not the id
          """)
  void whatMakesNoSenseIsRefused(String path, String body, int status, String part)
      throws IOException {
    World.Answer answer = world.post(ANN + path, body == null ? "" : body);

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body()).contains(part);
  }

  @Test
  void whoHasNoMailboxHasNothingToExport() throws IOException {
    String nobody = "/v1/users/nobody@local.example";

    assertThat(world.post(nobody + "/exports", "{\"format\":\"mbox\"}").status()).isEqualTo(404);
    assertThat(world.post(nobody + "/imports", "{\"format\":\"mbox\"}").status()).isEqualTo(404);
  }
}

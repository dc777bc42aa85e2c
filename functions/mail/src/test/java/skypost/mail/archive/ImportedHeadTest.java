package skypost.mail.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.message.SenderResults;

/** What of a header an archive has put in, and what is the message's own. */
class ImportedHeadTest {
  private static final String DELIVERY =
      "Return-Path: <a@far.example>\r\nDelivered-To: ann@local.example\r\n";
  private static final String RESULTS =
      "Authentication-Results: mx.local.example;\r\n\tspf=pass;\r\n\tdmarc=pass\r\n";
  private static final String KEPT =
      "X-Skypost-Folder: Work%2F2026\r\nStatus: RO\r\nX-Status: F\r\nX-Keywords: work\r\n";
  private static final String OWN = "Status: its own\r\n" + RESULTS + "Subject: x\r\n\r\n";

  private static ImportedHead read(ArchiveFormat format, boolean hasResults, String header)
      throws IOException {
    return ImportedHead.read(
        format, hasResults, new ByteArrayInputStream(header.getBytes(ISO_8859_1)));
  }

  private static String left(ImportedHead head) {
    return new String(head.header(), ISO_8859_1);
  }

  /** As every export has written it since there are results. */
  @Test
  void anMboxHasThemBeforeTheFolder() throws IOException {
    ImportedHead head = read(ArchiveFormat.MBOX, false, DELIVERY + RESULTS + KEPT + OWN);

    assertThat(head.folder()).contains("Work/2026");
    assertThat(head.flags()).containsExactlyInAnyOrder("\\Seen", "\\Flagged", "work");
    assertThat(head.results().value()).isEqualTo("mx.local.example; spf=pass; dmarc=pass");
    assertThat(left(head)).isEqualTo(OWN);
  }

  @Test
  void anMboxOfMailWithoutThemIsReadAsBefore() throws IOException {
    ImportedHead head = read(ArchiveFormat.MBOX, false, DELIVERY + KEPT + RESULTS + OWN);

    assertThat(head.folder()).contains("Work/2026");
    assertThat(head.results()).isEqualTo(SenderResults.NONE);
    assertThat(left(head)).isEqualTo(RESULTS + OWN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Authentication-Results: x\r\n", "authentication-results:\r\n"})
  void aSpoiltOneIsNoPartOfTheMessageEither(String spoilt) throws IOException {
    ImportedHead head = read(ArchiveFormat.MBOX, false, DELIVERY + spoilt + KEPT + OWN);

    assertThat(head.folder()).contains("Work/2026");
    assertThat(head.results()).isEqualTo(SenderResults.NONE);
    assertThat(left(head)).isEqualTo(OWN);
  }

  @Test
  void aMaildirHasThemWhereTheFileSaysSo() throws IOException {
    ImportedHead head = read(ArchiveFormat.MAILDIR, true, DELIVERY + RESULTS + OWN);

    assertThat(head.results().value()).isEqualTo("mx.local.example; spf=pass; dmarc=pass");
    assertThat(left(head)).isEqualTo(OWN);
  }

  /** Other programs say at that place what they have found out; and files are renamed. */
  @ParameterizedTest
  @EnumSource
  void whatOthersSayStays(ArchiveFormat format) throws IOException {
    String own = RESULTS + "Subject: x\r\n\r\n";
    ImportedHead head = read(format, false, DELIVERY + own);

    assertThat(head.results()).isEqualTo(SenderResults.NONE);
    assertThat(left(head)).isEqualTo(own);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", DELIVERY, DELIVERY + "Subject: x\r\n\r\n", RESULTS})
  void aHeaderMayEndAnywhere(String header) throws IOException {
    ImportedHead head = read(ArchiveFormat.MAILDIR, true, header);

    assertThat(head.results()).isEqualTo(SenderResults.NONE);
    assertThat(DELIVERY + left(head)).endsWith(header);
  }
}

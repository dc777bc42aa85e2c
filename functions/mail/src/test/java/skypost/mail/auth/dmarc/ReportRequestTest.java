package skypost.mail.auth.dmarc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.auth.Zone;

/** To whom aggregate reports go (RFC 9990 section 4). */
class ReportRequestTest {
  private static Optional<ReportRequest> request(String zone) throws ReportRequest.NoAnswerNow {
    return ReportRequest.of("here.example", Zone.of(zone));
  }

  @Test
  void aDomainNamesItsOwnAddresses() throws Exception {
    Optional<ReportRequest> request =
        request(
            """
            _dmarc.here.example TXT v=DMARC1; p=reject; sp=none; adkim=s; t=y; rua=mailto:a%2Bb@here.example, mailto:c@sub.here.example!10m,https://here.example/r
            """);

    assertThat(request)
        .hasValueSatisfying(found -> {
          assertThat(found.policy()).isEqualTo(Policy.REJECT);
          assertThat(found.subdomains()).isEqualTo(Policy.NONE);
          assertThat(found.missing()).isEqualTo(Policy.NONE);
          assertThat(found.strictDkim()).isTrue();
          assertThat(found.strictSpf()).isFalse();
          assertThat(found.testing()).isTrue();
          assertThat(found.addresses())
              .extracting(Object::toString)
              .containsExactly("a+b@here.example", "c@sub.here.example");
        });
  }

  @Test
  void withoutAWishThereIsNone() throws Exception {
    assertThat(request("_dmarc.here.example TXT v=DMARC1; p=reject")).isEmpty();
    assertThat(request("_dmarc.here.example TXT v=DMARC1; p=none; rua=here.example")).isEmpty();
    assertThat(request("here.example A 192.0.2.1")).isEmpty();
  }

  @Test
  void anotherDomainMustAgree() throws Exception {
    String wish = "_dmarc.here.example TXT v=DMARC1; p=none; rua=mailto:r@reports.example\n";

    assertThat(request(wish)).hasValueSatisfying(none -> assertThat(none.addresses()).isEmpty());
    assertThat(request(wish + "here.example._report._dmarc.reports.example TXT v=spf1 -all"))
        .hasValueSatisfying(none -> assertThat(none.addresses()).isEmpty());
    assertThat(request(wish + "here.example._report._dmarc.reports.example TXT v=DMARC1;"))
        .hasValueSatisfying(
            found -> assertThat(found.addresses()).hasToString("[r@reports.example]"));
  }

  @Test
  void whoAgreesMayNameAnotherAddressOfHisOwn() throws Exception {
    String wish = "_dmarc.here.example TXT v=DMARC1; p=none; rua=mailto:r@reports.example\n";
    String agreed = "here.example._report._dmarc.reports.example TXT v=DMARC1; rua=mailto:";

    assertThat(request(wish + agreed + "other@reports.example"))
        .hasValueSatisfying(
            found -> assertThat(found.addresses()).hasToString("[other@reports.example]"));
    assertThat(request(wish + agreed + "victim@elsewhere.example"))
        .hasValueSatisfying(
            found -> assertThat(found.addresses()).hasToString("[r@reports.example]"));
  }

  @Test
  void withoutAnAnswerNothingIsKnown() {
    String wish = "_dmarc.here.example TXT v=DMARC1; p=none; rua=mailto:r@reports.example\n";

    assertThatThrownBy(() -> request("_dmarc.here.example FAILS"))
        .isInstanceOf(ReportRequest.NoAnswerNow.class);
    assertThatThrownBy(() -> request(wish + "here.example._report._dmarc.reports.example FAILS"))
        .isInstanceOf(ReportRequest.NoAnswerNow.class);
  }

  @Test
  void floodsAreNotMade() throws Exception {
    StringBuilder many = new StringBuilder("_dmarc.here.example TXT v=DMARC1; p=none; rua=");
    for (int i = 0; i < 100; i++) {
      many.append(i == 0 ? "" : ",").append("mailto:r").append(i).append("@here.example");
    }

    assertThat(request(many.toString()))
        .hasValueSatisfying(found -> assertThat(found.addresses()).hasSize(5));
  }
}

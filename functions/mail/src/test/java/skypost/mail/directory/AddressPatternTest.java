package skypost.mail.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.contract.Samples.address;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPatternTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          far.example         | x@far.example          | true
          far.example         | x@sub.far.example      | false
          FAR.Example         | x@far.example          | true
          ann@far.example     | Ann@far.example        | true
          ANN@far.example     | ann@far.example        | true
          ann@far.example     | bob@far.example        | false
          "a b"@far.example   | "a b"@far.example      | true
          *@far.example       | bob@far.example        | true
          *.far.example       | x@sub.far.example      | true
          *.far.example       | x@deep.sub.far.example | true
          *.far.example       | x@far.example          | false
          *.far.example       | x@notfar.example       | false
          far.*               | x@far.example          | true
          far.*               | x@far.co.example       | false
          far.*.example       | x@far.co.example       | true
          far.*.example       | x@far.example          | false
          *.far.*             | x@a.b.far.example      | true
          ann@*.example       | ann@a.b.example        | true
          *                   | x@far.example          | true
          *                   | x@[192.0.2.1]          | true
          ann@*               | ann@[192.0.2.1]        | true
          *.1                 | x@[192.0.2.1]          | false
          [192.0.2.1]         | x@[192.0.2.1]          | true
          例子.测试               | x@xn--fsqu00a.xn--0zwm56d | true
          """)
  void meansAddresses(String pattern, String address, boolean matches) {
    assertThat(AddressPattern.of(pattern).matches(address(address))).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "@",
        "ann@",
        "@far.example",
        "far..example",
        ".example",
        "f*r.example",
        "a b@x"
      })
  void whatMeansNothingIsMalformed(String pattern) {
    assertThat(AddressPattern.parse(pattern)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"far.example", "ann@far.example", "*.far.example", "*", "\"a b\"@x.example"})
  void isWrittenAsItWasRead(String pattern) {
    assertThat(AddressPattern.of(pattern)).hasToString(pattern);
    assertThat(AddressPattern.of(AddressPattern.of(pattern).toString()))
        .isEqualTo(AddressPattern.of(pattern));
  }

  @Test
  void tellsWhetherOneDomainIsAllItCanMean() {
    assertThat(AddressPattern.of("ann@far.example").onlyDomain()).contains("far.example");
    assertThat(AddressPattern.of("*.example").onlyDomain()).isEmpty();
  }
}

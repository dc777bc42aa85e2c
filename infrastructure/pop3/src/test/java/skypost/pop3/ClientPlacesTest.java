package skypost.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import skypost.protocol.net.Admission.Admitted;
import skypost.protocol.net.Admission.TurnedAway;
import skypost.protocol.net.Admission.Verdict;
import skypost.protocol.net.Refusal;

class ClientPlacesTest {
  private final ClientPlaces places = ClientPlaces.of(4000, "192.0.2.9"::equals);

  private Verdict decide(String client) {
    return places.decide(InetAddress.ofLiteral(client));
  }

  @Test
  void aNetworkHasItsShareAndAPlaceThatIsLeftIsFreeAgain() {
    List<Admitted> inside = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      inside.add((Admitted) decide("2001:db8::" + Integer.toHexString(i + 1)));
    }

    assertThat(decide("2001:db8::ffff"))
        .isInstanceOfSatisfying(
            TurnedAway.class,
            turned -> {
              assertThat(turned.why()).isEqualTo(Refusal.CLIENT_LIMIT);
              assertThat(turned.told()).startsWith("-ERR [SYS/TEMP] ").endsWith("\r\n");
            });
    assertThat(decide("2001:db8:0:1::1")).as("another network").isInstanceOf(Admitted.class);
    inside.getFirst().leave().run();
    assertThat(decide("2001:db8::ffff")).isInstanceOf(Admitted.class);
    assertThat(decide("2001:db8::ffff")).isInstanceOf(TurnedAway.class);
  }

  @Test
  void whoHasLeftIsForgotten() {
    ((Admitted) decide("192.0.2.1")).leave().run();

    assertThat(places.taken()).isEmpty();
  }

  @Test
  void whoIsTrustedIsNotCounted() {
    for (int i = 0; i < 1000; i++) {
      assertThat(decide("192.0.2.9")).isInstanceOf(Admitted.class);
    }
  }
}

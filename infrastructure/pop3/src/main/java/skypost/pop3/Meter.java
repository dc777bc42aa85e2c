package skypost.pop3;

import java.util.Map;
import skypost.protocol.log.Metrics;
import skypost.protocol.log.Metrics.Unit;
import skypost.protocol.net.Refusal;
import skypost.protocol.pop3.Pop3Monitor;

/** Counts what happens at one port, under the names that the SMTP front uses as well. */
record Meter(Metrics metrics, String door) implements Pop3Monitor {
  void connection() {
    add("Connections", Unit.COUNT, 1);
  }

  @Override
  public void login() {
    add("Logins", Unit.COUNT, 1);
  }

  @Override
  public void loginFailed() {
    add("LoginFailures", Unit.COUNT, 1);
  }

  @Override
  public void retrieved(long octets) {
    add("Retrieved", Unit.COUNT, 1);
    add("Octets", Unit.BYTES, octets);
  }

  @Override
  public void removed(int messages) {
    add("Removed", Unit.COUNT, messages);
  }

  @Override
  public void refused(Refusal why) {
    metrics.add(Map.of("Door", door, "Reason", why.reason()), "Refused", Unit.COUNT, 1);
  }

  private void add(String name, Unit unit, double value) {
    metrics.add(Map.of("Door", door), name, unit, value);
  }
}

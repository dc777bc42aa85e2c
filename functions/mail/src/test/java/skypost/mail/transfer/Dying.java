package skypost.mail.transfer;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * Ports that fail after so many calls, and with them all others, until somebody revives them: what
 * a process leaves behind that dies in the middle. The last call is done or not, as chance has it.
 */
final class Dying {
  private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
  private final RandomGenerator random;

  Dying(RandomGenerator random) {
    this.random = random;
  }

  /** Lives for so many calls from now on. */
  void liveFor(int calls) {
    left.set(calls);
  }

  void liveOn() {
    left.set(Integer.MAX_VALUE);
  }

  <P> P port(Class<P> type, P port) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              int rest = left.getAndDecrement();
              if (rest < 0 || rest == 0 && random.nextBoolean()) {
                throw new IOException("died before " + method.getName());
              }
              try {
                Object result = method.invoke(port, arguments);
                if (rest == 0) {
                  throw new IOException("died after " + method.getName());
                }
                return result;
              } catch (InvocationTargetException fault) {
                throw fault.getCause();
              }
            }));
  }
}

package skypost.mail.contract;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Something that now and then does not do what it is asked for, or does it and does not say so: a
 * crash between two steps, or a lost answer, as its caller sees them.
 *
 * @param random when
 * @param percent how often
 * @param affected the names of the methods that may fail
 * @param fault what they fail with
 */
public record Faults(
    Random random, int percent, Predicate<String> affected, Supplier<? extends Exception> fault) {
  /** Something whose answers are lost once each, so that whoever asks for it sends it twice. */
  public static <T> T repeating(Predicate<String> affected, Class<T> type, T real) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              try {
                if (affected.test(method.getName())) {
                  method.invoke(real, arguments);
                }
                return method.invoke(real, arguments);
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            }));
  }

  /** Something that fails at the first of these calls, and does not do it. */
  public static <T> T once(
      Predicate<String> affected, Class<T> type, T real, Supplier<? extends Exception> fault) {
    AtomicBoolean failed = new AtomicBoolean();
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (affected.test(method.getName()) && !failed.getAndSet(true)) {
                throw fault.get();
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            }));
  }

  /** The same thing with faults. */
  public <T> T in(Class<T> type, T real) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              int chance = affected.test(method.getName()) ? random.nextInt(100) : 100;
              if (chance < percent / 2) {
                throw fault.get();
              }
              Object answer;
              try {
                answer = method.invoke(real, arguments);
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
              if (chance < percent) {
                throw fault.get();
              }
              return answer;
            }));
  }
}

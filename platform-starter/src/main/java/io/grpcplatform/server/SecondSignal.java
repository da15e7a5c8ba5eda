package io.grpcplatform.server;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears SIGTERM and SIGINT while the process is already stopping. The JVM itself ignores them then,
 * as its exit has begun; outside this time the JVM's own handlers stand untouched.
 *
 * <p>Uses {@code sun.misc.Signal} of the module jdk.unsupported by reflection; where that is
 * missing, or the JVM runs with {@code -Xrs}, a second signal goes unheard.
 */
final class SecondSignal {

  private static final Logger log = LoggerFactory.getLogger(SecondSignal.class);

  private final List<Runnable> restorations = new ArrayList<>();

  private SecondSignal() {}

  /** Runs {@code action} at each further signal until {@link #restore}. */
  static SecondSignal then(Runnable action) {
    SecondSignal heard = new SecondSignal();
    try {
      heard.install("TERM", action);
      heard.install("INT", action);
    } catch (ReflectiveOperationException unavailable) {
      log.debug("A second signal will not shorten the stop", unavailable);
    }
    return heard;
  }

  private void install(String name, Runnable action) throws ReflectiveOperationException {
    Class<?> signalType = Class.forName("sun.misc.Signal");
    Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
    Object signal = signalType.getConstructor(String.class).newInstance(name);
    Object handler =
        Proxy.newProxyInstance(
            handlerType.getClassLoader(),
            new Class<?>[] {handlerType},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "handle" -> {
                    action.run();
                    yield null;
                  }
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> arguments != null && proxy == arguments[0];
                  default -> SecondSignal.class.getName();
                });
    var handle = signalType.getMethod("handle", signalType, handlerType);
    Object before = handle.invoke(null, signal, handler);
    restorations.add(
        () -> {
          try {
            handle.invoke(null, signal, before);
          } catch (IllegalAccessException | InvocationTargetException lost) {
            log.debug("The former handler of SIG{} could not be restored", name, lost);
          }
        });
  }

  /** Gives the signals back to those who had them. */
  void restore() {
    restorations.forEach(Runnable::run);
  }
}

package io.grpcplatform.live;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpcplatform.CalledServices;
import io.grpcplatform.NearestName;
import io.grpcplatform.SettingException;
import io.grpcplatform.StartupCheck;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Fails the start where a per-method key names a service that this application serves or has stubs
 * for, but no method of it, and later refuses a change with such a key. Runs once every bean is
 * made, before the server starts.
 */
final class MethodKeysCheck implements SmartInitializingSingleton, StartupCheck {

  /** Maps that only calls which arrive are looked up in, and those for calls which leave. */
  private static final Pattern SERVED_ONLY =
      Pattern.compile("platform\\.(ratelimit\\.server|server\\..+|validation)\\.methods.*");

  private static final Pattern CALLED_ONLY =
      Pattern.compile(
          "platform\\.(ratelimit\\.client|retry(\\.hedging)?|circuitbreaker|bulkhead|deadline)\\.methods.*");

  private static final String LAZY = "spring.main.lazy-initialization";

  /** Services that the platform or gRPC itself brings. */
  private static final String OWN = "grpc.";

  private final ConfigurableEnvironment environment;
  private final ObjectProvider<BindableService> served;
  private final ObjectProvider<CalledServices> called;

  MethodKeysCheck(
      ConfigurableEnvironment environment,
      ObjectProvider<BindableService> served,
      ObjectProvider<CalledServices> called) {
    this.environment = environment;
    this.served = served;
    this.called = called;
  }

  @Override
  public void afterSingletonsInstantiated() {
    check(environment);
  }

  /**
   * Looks at every method key that is set in {@code candidate}.
   *
   * @throws SettingException for a method that its service lacks
   */
  void check(ConfigurableEnvironment candidate) {
    Map<String, Set<String>> methods = new HashMap<>();
    for (SetSetting setting : SetSetting.in(candidate)) {
      MethodKey key = MethodKey.of(setting);
      if (key != null && !key.method().equals("*")) {
        if (methods.isEmpty()) {
          served.forEach(service -> add(service.bindService().getServiceDescriptor(), methods));
          called.forEach(services -> services.all().forEach(service -> add(service, methods)));
        }
        check(setting, key, methods.get(key.service()));
      }
    }
  }

  /** Finds keys for services that nothing here serves or calls, or not on that side. */
  @Override
  public List<Finding> findings() {
    Map<String, Set<String>> serves = new HashMap<>();
    Map<String, Set<String>> calls = new HashMap<>();
    served.forEach(service -> add(service.bindService().getServiceDescriptor(), serves));
    called.forEach(services -> services.all().forEach(service -> add(service, calls)));
    // Beans that are made later may have stubs of anything.
    boolean others =
        environment.getProperty(LAZY, Boolean.class, false)
            || called.stream().anyMatch(CalledServices::others);
    Map<String, Finding> found = new LinkedHashMap<>();
    for (SetSetting setting : SetSetting.in(environment)) {
      MethodKey key = MethodKey.of(setting);
      if (key != null && !key.service().isEmpty() && !key.service().startsWith(OWN)) {
        Finding finding = look(setting, key.service(), serves.keySet(), calls.keySet(), others);
        if (finding != null) {
          found.putIfAbsent(key.service() + finding.rule(), finding);
        }
      }
    }
    return List.copyOf(found.values());
  }

  private static @Nullable Finding look(
      SetSetting setting, String service, Set<String> serves, Set<String> calls, boolean others) {
    Set<String> all = new TreeSet<>(serves);
    all.addAll(calls);
    if (!all.contains(service)) {
      String meant = NearestName.slip(service, all);
      String problem =
          "This application neither serves "
              + service
              + " nor has a stub of it, so the setting does nothing.";
      if (meant != null) {
        String better = setting.name().replace("[" + service + "/", "[" + meant + "/");
        return Finding.instead(
            "unknown-service", setting.name(), problem, better, String.valueOf(setting.shown()));
      }
      return others ? null : Finding.remove("unknown-service", setting.name(), problem);
    }
    if (SERVED_ONLY.matcher(setting.name()).matches() && !serves.contains(service)) {
      return Finding.remove(
          "other-side",
          setting.name(),
          "This application calls "
              + service
              + " and does not serve it; the setting is for servers.");
    }
    if (CALLED_ONLY.matcher(setting.name()).matches() && !calls.contains(service) && !others) {
      return Finding.remove(
          "other-side",
          setting.name(),
          "This application serves "
              + service
              + " and has no stub of it; the setting is for clients.");
    }
    return null;
  }

  private static void add(ServiceDescriptor service, Map<String, Set<String>> methods) {
    Set<String> names = methods.computeIfAbsent(service.getName(), name -> new TreeSet<>());
    for (MethodDescriptor<?, ?> method : service.getMethods()) {
      String name = method.getBareMethodName();
      if (name != null) {
        names.add(name);
      }
    }
  }

  private static void check(SetSetting setting, MethodKey key, @Nullable Set<String> methods) {
    if (methods == null || methods.contains(key.method())) {
      return;
    }
    String nearest = NearestName.of(key.method(), methods);
    throw SettingException.instead(
        setting.name(),
        setting.shown(),
        "a method of " + key.service() + ": " + String.join(", ", methods),
        setting.name().replace("/" + key.method() + "]", "/" + nearest + "]"),
        String.valueOf(setting.shown()));
  }
}

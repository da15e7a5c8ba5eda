package io.grpcplatform.live;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpcplatform.CalledServices;
import io.grpcplatform.SettingException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Fails the start where a per-method key names a service that this application serves or has stubs
 * for, but no method of it, and later refuses a change with such a key. Runs once every bean is
 * made, before the server starts.
 */
final class MethodKeysCheck implements SmartInitializingSingleton {

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

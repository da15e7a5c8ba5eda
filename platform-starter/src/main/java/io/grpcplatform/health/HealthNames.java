package io.grpcplatform.health;

import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.NOT_SERVING;
import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING;

import io.grpc.BindableService;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What the health service says of each name: of the server ({@code ""}), of each service, of {@code
 * readiness}, of {@code liveness}, and of each group of health indicators. All but liveness and the
 * groups serve while the application accepts traffic, has not announced its stop and the group that
 * decides about the name is up. Liveness goes its own way, since an instance that drains must not
 * be killed.
 *
 * <p>Threading: safe; watchers are told on the thread that reports the change.
 */
final class HealthNames {

  private static final String SERVER = "";
  private static final String READINESS = "readiness";
  private static final String LIVENESS = "liveness";

  private final HealthStatusManager manager = new HealthStatusManager();
  private final Set<String> serving = new LinkedHashSet<>(Set.of(SERVER, READINESS));
  private final Map<String, Boolean> groups = new HashMap<>();
  private final Map<String, Boolean> published = new ConcurrentHashMap<>();
  private final List<Consumer<String>> watchers = new ArrayList<>();
  private final UnaryOperator<String> groupOf;
  private boolean live;
  private boolean ready;
  private boolean announced;

  /**
   * Names of which nothing but these two is known yet.
   *
   * @param groupOf the group that decides about a name
   */
  HealthNames(boolean live, boolean ready, UnaryOperator<String> groupOf) {
    this.live = live;
    this.ready = ready;
    this.groupOf = groupOf;
    publish();
  }

  /** What it says of each name at this moment. */
  Map<String, Enum<?>> published() {
    Map<String, Enum<?>> words = new TreeMap<>();
    published.forEach((name, up) -> words.put(name, up ? SERVING : NOT_SERVING));
    return words;
  }

  /** The service that answers {@code Check} and {@code Watch}. */
  BindableService service() {
    return manager.getHealthService();
  }

  synchronized void add(String serviceName) {
    serving.add(serviceName);
    publish();
  }

  synchronized void live(boolean now) {
    live = now;
    publish();
  }

  synchronized void ready(boolean now) {
    ready = now;
    publish();
  }

  /** There are groups that nobody has looked at: they are down until somebody has. */
  synchronized void expect(Collection<String> unseen) {
    unseen.forEach(group -> groups.put(group, false));
    publish();
  }

  /** Somebody has looked at all groups that there are now. */
  synchronized void seen(Map<String, Boolean> up) {
    Set<String> gone = new HashSet<>(groups.keySet());
    gone.removeAll(up.keySet());
    groups.keySet().removeAll(gone);
    groups.putAll(up);
    publish();
    gone.stream()
        .filter(group -> !serving.contains(group) && !group.equals(LIVENESS))
        .forEach(this::forget);
  }

  private void forget(String name) {
    published.remove(name);
    manager.clearStatus(name);
  }

  /** The stop is announced: nothing but liveness serves from now on, whatever else happens. */
  synchronized void announced() {
    announced = true;
    publish();
  }

  /** Tells of every name there is, and of each that comes later. */
  synchronized void watch(Consumer<String> watcher) {
    watchers.add(watcher);
    published.keySet().forEach(watcher);
  }

  /** Whether the health service says SERVING of a name now. */
  boolean serves(String name) {
    return published.getOrDefault(name, false);
  }

  private void publish() {
    // Each name once: a group may be called readiness, and its watchers hear whatever is set.
    Map<String, Boolean> now = new HashMap<>();
    groups.forEach((group, up) -> now.put(group, up && !announced));
    for (String name : serving) {
      boolean decided = groups.getOrDefault(groupOf.apply(name), true);
      now.put(name, ready && !announced && decided);
    }
    now.put(LIVENESS, live);
    now.forEach(this::publish);
  }

  private void publish(String name, boolean up) {
    manager.setStatus(name, up ? SERVING : NOT_SERVING);
    if (published.put(name, up) == null) {
      watchers.forEach(watcher -> watcher.accept(name));
    }
  }
}

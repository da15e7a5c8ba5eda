package io.grpcplatform.health;

import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.NOT_SERVING;
import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING;

import io.grpc.BindableService;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
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
        .forEach(manager::clearStatus);
  }

  /** The stop is announced: nothing but liveness serves from now on, whatever else happens. */
  synchronized void announced() {
    announced = true;
    publish();
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
    now.forEach((name, up) -> manager.setStatus(name, up ? SERVING : NOT_SERVING));
  }
}

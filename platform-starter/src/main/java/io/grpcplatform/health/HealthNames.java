package io.grpcplatform.health;

import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.NOT_SERVING;
import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING;

import io.grpc.BindableService;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the health service says of each name: of the server ({@code ""}), of each service, of {@code
 * readiness} and of {@code liveness}. All but the last serve while the application accepts traffic
 * and has not announced its stop; liveness goes its own way, since an instance that drains must not
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
  private boolean live;
  private boolean ready;
  private boolean announced;

  HealthNames(boolean live, boolean ready) {
    this.live = live;
    this.ready = ready;
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

  /** The stop is announced: nothing but liveness serves from now on, whatever else happens. */
  synchronized void announced() {
    announced = true;
    publish();
  }

  private void publish() {
    for (String name : serving) {
      manager.setStatus(name, ready && !announced ? SERVING : NOT_SERVING);
    }
    manager.setStatus(LIVENESS, live ? SERVING : NOT_SERVING);
  }
}

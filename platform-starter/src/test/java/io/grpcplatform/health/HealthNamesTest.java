package io.grpcplatform.health;

import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.NOT_SERVING;
import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.SERVICE_UNKNOWN;
import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the watchers of a name hear, one by one. */
final class HealthNamesTest {

  private static List<ServingStatus> watch(HealthNames names, String name) {
    List<ServingStatus> heard = new ArrayList<>();
    ((HealthGrpc.HealthImplBase) names.service())
        .watch(
            HealthCheckRequest.newBuilder().setService(name).build(),
            new StreamObserver<>() {
              @Override
              public void onNext(HealthCheckResponse response) {
                heard.add(response.getStatus());
              }

              @Override
              public void onError(Throwable failed) {}

              @Override
              public void onCompleted() {}
            });
    return heard;
  }

  @Test
  void readinessNeverServesBetweenTwoLooks() {
    HealthNames names = new HealthNames(true, false, name -> "readiness");
    names.expect(Set.of("readiness"));
    List<ServingStatus> heard = watch(names, "readiness");

    names.seen(Map.of("readiness", true));
    names.seen(Map.of("readiness", true));
    assertThat(heard).containsExactly(NOT_SERVING);

    names.ready(true);
    assertThat(heard).containsExactly(NOT_SERVING, SERVING);
  }

  @Test
  void theSectionShowsStatusesWhichNoNameMakesASecret() {
    HealthNames names = new HealthNames(true, false, name -> "readiness");
    names.expect(Set.of("bank.v1.TokenService"));

    assertThat(new HealthSection(names).content())
        .containsEntry("bank.v1.TokenService", NOT_SERVING);
  }

  @Test
  void livenessIsNoGroupsMatter() {
    HealthNames names = new HealthNames(true, true, name -> "readiness");
    List<ServingStatus> heard = watch(names, "liveness");

    names.expect(Set.of("liveness"));
    names.seen(Map.of("liveness", false));

    assertThat(heard).containsExactly(SERVING);
  }

  @Test
  void metersSayWhatTheNamesSay() {
    HealthNames names = new HealthNames(true, true, name -> "readiness");
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    new HealthMetrics(names).bindTo(meters);
    names.add("shop.v1.Orders");
    assertThat(serving(meters, "server")).isEqualTo(1);

    names.expect(Set.of("readiness"));

    assertThat(serving(meters, "server")).isZero();
    assertThat(serving(meters, "shop.v1.Orders")).isZero();
    assertThat(serving(meters, "liveness")).isEqualTo(1);
    assertThat(meters.find("platform.health.serving").gauges()).hasSize(4);
  }

  private static double serving(SimpleMeterRegistry meters, String name) {
    return meters.get("platform.health.serving").tag("name", name).gauge().value();
  }

  @Test
  void groupThatIsGoneDecidesNothingAnyMore() {
    HealthNames names = new HealthNames(true, true, name -> "fast");
    names.seen(Map.of("fast", false, "readiness", true));
    List<ServingStatus> server = watch(names, "");
    List<ServingStatus> group = watch(names, "fast");

    names.seen(Map.of());

    assertThat(server).containsExactly(NOT_SERVING, SERVING);
    assertThat(group).containsExactly(NOT_SERVING, SERVICE_UNKNOWN);
    assertThat(watch(names, "readiness")).containsExactly(SERVING);
  }
}

package io.grpcplatform.helm;

import java.util.stream.Stream;

/** Rules about pods that come and go while calls are in flight. */
final class ShutdownRules {

  /** What a JVM may still need after the last call, in seconds. */
  private static final int SPARE = 5;

  private ShutdownRules() {}

  static Stream<String> grace(Manifests release) {
    return Workload.of(release)
        .flatMap(
            workload -> {
              int preStop = workload.container().at("/lifecycle/preStop/sleep/seconds").asInt(-1);
              int drain = drain(workload);
              int grace = grace(workload);
              int termination = workload.pod().path("terminationGracePeriodSeconds").asInt(-1);
              boolean covered =
                  preStop > 0
                      && drain >= 0
                      && grace > 0
                      && termination >= preStop + drain + grace + SPARE;
              return covered
                  ? Stream.empty()
                  : Stream.of(
                      "terminationGracePeriodSeconds %d (expected: >= preStop %d + drain %d + grace %d + %d)"
                          .formatted(termination, preStop, drain, grace, SPARE));
            });
  }

  /**
   * Spring gives up on a phase after this time, whatever the platform wanted, and Kubernetes must
   * outlast Spring.
   */
  static Stream<String> springPhase(Manifests release) {
    return Workload.of(release)
        .flatMap(
            workload -> {
              int phase = workload.seconds("/spring/lifecycle/timeout-per-shutdown-phase");
              int needed = drain(workload) + grace(workload);
              int preStop = workload.container().at("/lifecycle/preStop/sleep/seconds").asInt();
              int available =
                  workload.pod().path("terminationGracePeriodSeconds").asInt() - preStop;
              return phase >= needed && phase < available
                  ? Stream.empty()
                  : Stream.of(
                      "timeout-per-shutdown-phase %ds (expected: from %d to below %d)"
                          .formatted(phase, needed, available));
            });
  }

  static Stream<String> rollout(Manifests release) {
    return release
        .kind("Deployment")
        .filter(
            deployment ->
                !deployment.at("/spec/strategy/type").asText().equals("RollingUpdate")
                    || deployment.at("/spec/strategy/rollingUpdate/maxUnavailable").asInt(-1) != 0
                    || deployment.at("/spec/strategy/rollingUpdate/maxSurge").asInt(-1) != 1
                    || deployment.at("/spec/minReadySeconds").asInt() < 5
                    || deployment.at("/spec/replicas").asInt() < 1)
        .map(
            deployment ->
                deployment
                    + " strategy "
                    + deployment.at("/spec/strategy")
                    + ", minReadySeconds "
                    + deployment.at("/spec/minReadySeconds")
                    + " (expected: maxUnavailable 0, maxSurge 1, >= 5)");
  }

  static Stream<String> budget(Manifests release) {
    return release
        .kind("PodDisruptionBudget")
        .filter(
            budget ->
                budget.at("/spec/maxUnavailable").asInt() < 1
                    || budget.at("/spec").has("minAvailable")
                    || !budget
                        .at("/spec/unhealthyPodEvictionPolicy")
                        .asText()
                        .equals("AlwaysAllow"))
        .map(
            budget ->
                budget
                    + " "
                    + budget.at("/spec")
                    + " (expected: maxUnavailable >= 1, AlwaysAllow)");
  }

  private static int drain(Workload workload) {
    return workload.seconds("/platform/server/shutdown/drain-delay");
  }

  private static int grace(Workload workload) {
    return workload.seconds("/platform/server/shutdown/grace-period");
  }
}

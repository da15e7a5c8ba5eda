package io.grpcplatform.helm;

import java.util.Optional;
import java.util.stream.Stream;

/** Rules about memory, CPU and how long addresses are remembered. */
final class ResourceRules {

  /**
   * What thread stacks, the collector and native code need besides the parts that have limits of
   * their own, in MiB.
   */
  private static final int NATIVE = 64;

  private ResourceRules() {}

  /**
   * Memory beyond the request is the first to be taken away; a CPU limit throttles, and throttled
   * calls are late.
   */
  static Stream<String> reserved(Manifests release) {
    return Workload.of(release)
        .map(workload -> workload.container().path("resources"))
        .filter(
            resources ->
                !resources.at("/limits/memory").asText().matches("\\d+Mi")
                    || !resources.at("/limits/memory").equals(resources.at("/requests/memory"))
                    || !resources.at("/requests/cpu").asText().matches("\\d+m?")
                    || resources.path("limits").has("cpu"))
        .map(
            resources ->
                resources + " (expected: memory limit = request, a CPU request, no CPU limit)");
  }

  static Stream<String> memory(Manifests release) {
    return Workload.of(release)
        .flatMap(
            workload -> {
              int limit =
                  mebibytes(
                      Optional.of(workload.container().at("/resources/limits/memory").asText()),
                      "Mi");
              double heap = limit * percentage(workload) / 100;
              int direct = mebibytes(workload.flag("-XX:MaxDirectMemorySize="), "m");
              int metaspace = mebibytes(workload.flag("-XX:MaxMetaspaceSize="), "m");
              int code = mebibytes(workload.flag("-XX:ReservedCodeCacheSize="), "m");
              boolean fits =
                  heap > 0
                      && direct > 0
                      && metaspace > 0
                      && code > 0
                      && heap + direct + metaspace + code + NATIVE <= limit;
              boolean exits = workload.flag("-XX:+ExitOnOutOfMemoryError").isPresent();
              return fits && exits
                  ? Stream.empty()
                  : Stream.of(
                      "heap %.0f + direct %d + metaspace %d + code %d + native %d of %d MiB, exit on out of memory: %s (expected: no more than the limit, each set, true)"
                          .formatted(heap, direct, metaspace, code, NATIVE, limit, exits));
            });
  }

  static Stream<String> addresses(Manifests release) {
    return Workload.of(release)
        .flatMap(
            workload ->
                Stream.of("-Dnetworkaddress.cache.ttl=", "-Dsun.net.inetaddr.ttl=")
                    .filter(flag -> !workload.flag(flag).equals(Optional.of("5")))
                    .map(flag -> flag + workload.flag(flag).orElse("") + " (expected: 5)"));
  }

  private static double percentage(Workload workload) {
    return workload.flag("-XX:MaxRAMPercentage=").map(Double::parseDouble).orElse(0.0);
  }

  private static int mebibytes(Optional<String> value, String unit) {
    return value
        .filter(size -> size.matches("\\d+" + unit))
        .map(size -> Integer.parseInt(size.substring(0, size.length() - unit.length())))
        .orElse(0);
  }
}

package io.grpcplatform.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rendered flags, asked of a real JVM that believes its machine is as small as the pod. */
class JvmFlagsTest {

  private static final Chart CHART = ChartWorkspace.fresh("flags").chart("sample-order-service");

  /** Room the JVM takes when it aligns a heap's size upwards, in MiB. */
  private static final int ALIGNMENT = 4;

  @ParameterizedTest(name = "{0} MiB")
  @ValueSource(ints = {448, 513, 768, 1000, 4096, 262144})
  void realJvmStaysWithinTheLimit(int memoryMi) throws Exception {
    Manifests release = CHART.render("service: {memoryMi: %d}".formatted(memoryMi));
    Workload pod = new Workload(release, release.only("Deployment"));

    String flags = finalFlags(memoryMi, pod.variable("JAVA_TOOL_OPTIONS"));

    long heap = mebibytes(flags, "MaxHeapSize");
    long direct = mebibytes(flags, "MaxDirectMemorySize");
    long rest =
        mebibytes(flags, "MaxMetaspaceSize") + mebibytes(flags, "ReservedCodeCacheSize") + 64;
    assertThat(heap + direct + rest).isLessThanOrEqualTo(memoryMi + ALIGNMENT);
    assertThat(heap).isGreaterThan((memoryMi - 256) * 3L / 4);
    assertThat(direct).isGreaterThanOrEqualTo(38);
    assertThat(flags).containsPattern("ExitOnOutOfMemoryError +:?= true");
    assertThat(Rule.findings(release)).isEmpty();
  }

  private static String finalFlags(int memoryMi, String options)
      throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder builder =
        new ProcessBuilder(java, "-XX:MaxRAM=" + memoryMi + "m", "-XX:+PrintFlagsFinal", "-version")
            .redirectErrorStream(true);
    builder.environment().put("JAVA_TOOL_OPTIONS", options);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static long mebibytes(String flags, String name) {
    Matcher matcher = Pattern.compile("\\b" + name + " += (\\d+)").matcher(flags);
    assertThat(matcher.find()).as(name).isTrue();
    return Long.parseLong(matcher.group(1)) >> 20;
  }
}

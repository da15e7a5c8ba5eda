package io.grpcplatform.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no SIGTERM")
final class SecondSignalTest {

  private static final int KILLED_BY_SIGTERM = 128 + 15;

  @Test
  @Timeout(120)
  void secondSigtermEndsTheDrainDelay() throws Exception {
    Process application =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SignalledApplication.class.getName())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output = application.inputReader()) {
      int port = Integer.parseInt(await(output, "port="));

      application.toHandle().destroy();
      assertThat(await(output, "phase=")).isEqualTo("ANNOUNCED");
      assertThat(echo(port)).isEqualTo("still served");
      application.toHandle().destroy();

      assertThat(application.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(application.exitValue()).isEqualTo(KILLED_BY_SIGTERM);
    } finally {
      application.destroyForcibly();
    }
  }

  private static String await(BufferedReader output, String start) throws Exception {
    StringBuilder before = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith(start)) {
        return line.substring(start.length());
      }
      before.append(line).append('\n');
    }
    throw new AssertionError("The process ended without a line " + start + ":\n" + before);
  }

  private static String echo(int port) {
    ManagedChannel channel =
        Grpc.newChannelBuilderForAddress("127.0.0.1", port, InsecureChannelCredentials.create())
            .build();
    try {
      return EchoServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(20, TimeUnit.SECONDS)
          .unary(EchoRequest.newBuilder().setText("still served").build())
          .getText();
    } finally {
      channel.shutdownNow();
    }
  }
}

package io.grpcplatform.inspect;

import static io.grpcplatform.inspect.InspectedService.says;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two hundred looks while calls and streams run and fail, and settings change. */
final class InspectUnderLoadTest {

  private static final int LOOKS = 200;
  private static final int LARGEST = 200_000;
  private static final String YAML =
      """
      platform:
        client:
          channels:
            backend:
              target: static://BACKEND
        live:
          actuator:
            write: true
      """;

  @TempDir Path folder;

  private final AtomicBoolean over = new AtomicBoolean();
  private final LongAdder calls = new LongAdder();
  private final LongAdder changes = new LongAdder();

  @Test
  void everyLookIsWholeWhileEverythingMoves() throws Exception {
    try (InspectedService service =
        InspectedService.start(
            folder, YAML, "--management.endpoints.web.exposure.include=grpc,grpcsettings")) {
      ExecutorService threads = Executors.newFixedThreadPool(4);
      CountDownLatch moving = new CountDownLatch(4);
      List<Future<?>> load = new ArrayList<>();
      load.add(threads.submit(() -> repeat(moving, () -> unary(service))));
      load.add(threads.submit(() -> repeat(moving, () -> backend(service))));
      load.add(threads.submit(() -> repeat(moving, () -> stream(service))));
      load.add(threads.submit(() -> repeat(moving, () -> change(service))));
      assertThat(moving.await(30, TimeUnit.SECONDS)).isTrue();

      for (int look = 0; look < LOOKS; look++) {
        String text = service.text("");
        assertThat(text).hasSizeLessThan(LARGEST).doesNotContain("unreadable");
        assertWhole(service, look);
      }

      over.set(true);
      for (Future<?> each : load) {
        each.get(30, TimeUnit.SECONDS);
      }
      threads.shutdown();
      assertThat(calls.sum()).isGreaterThan(LOOKS);
      assertThat(changes.sum()).isGreaterThan(5);
    }
  }

  /** Both settings are changed together, so one of them alone would be half a change. */
  private static void assertWhole(InspectedService service, int look) throws Exception {
    JsonNode all = service.look("");
    JsonNode services = all.path("services").path("platform.test.v1.EchoService");
    String max =
        services.path("Unary").path("settings").path("deadline.max").path("value").asText();
    String priority =
        services
            .path("Unary")
            .path("settings")
            .path("loadshedding.priority")
            .path("value")
            .asText();
    assertThat(Set.of("none default", "30s critical", "40s sheddable"))
        .as("look %s", look)
        .contains(max + " " + priority);
    assertThat(all.path("failures").size()).isLessThanOrEqualTo(20);
  }

  private void repeat(CountDownLatch moving, ThrowingRunnable step) {
    step.run();
    moving.countDown();
    while (!over.get()) {
      step.run();
    }
  }

  @FunctionalInterface
  private interface ThrowingRunnable {
    void run();
  }

  private void unary(InspectedService service) {
    try {
      service.echo().unary(says(calls.sum() % 3 == 0 ? "missing" : "fine"));
    } catch (StatusRuntimeException asWanted) {
      assertThat(asWanted.getStatus().getCode().name()).isIn("NOT_FOUND", "UNAVAILABLE");
    }
    calls.increment();
  }

  private void backend(InspectedService service) {
    try {
      service.backend().patient(says("fine"));
    } catch (StatusRuntimeException down) {
      calls.increment();
    }
  }

  private void stream(InspectedService service) {
    CountDownLatch ended = new CountDownLatch(1);
    StreamObserver<EchoRequest> requests =
        EchoServiceGrpc.newStub(service.caller)
            .bidi(
                new StreamObserver<EchoResponse>() {
                  @Override
                  public void onNext(EchoResponse response) {}

                  @Override
                  public void onError(Throwable broken) {
                    ended.countDown();
                  }

                  @Override
                  public void onCompleted() {
                    ended.countDown();
                  }
                });
    requests.onNext(says("hello"));
    requests.onCompleted();
    try {
      assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  private void change(InspectedService service) {
    boolean odd = changes.sum() % 2 == 0;
    String yaml =
        "platform.deadline.server.max: %s\\nplatform.loadshedding.methods:\\n  '[platform.test.v1.EchoService/Unary]': %s"
            .formatted(odd ? "30s" : "40s", odd ? "critical" : "sheddable");
    String port = service.context.getEnvironment().getRequiredProperty("local.server.port");
    try {
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create("http://127.0.0.1:" + port + "/actuator/grpcsettings"))
                      .header("Content-Type", "application/json")
                      .POST(BodyPublishers.ofString("{\"set\": \"" + yaml + "\"}"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      changes.increment();
    } catch (java.io.IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }
}

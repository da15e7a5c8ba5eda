package io.grpcplatform.inspect;

import static io.grpcplatform.inspect.InspectedService.says;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.StockServiceGrpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code /actuator/grpc} shows, over HTTP, of an application whose settings are a file. */
final class InspectEndpointTest {

  private static final String POLICY = "/channels/backend/methods/platform.test.v1.PolicyService/";
  private static final String ECHO = "/services/platform.test.v1.EchoService/";

  // The line numbers are asserted.
  private static final String YAML =
      """
      platform:
        client:
          channels:
            backend:
              target: static://BACKEND
        deadline:
          methods:
            "[platform.test.v1.PolicyService/*]": 700ms
            "[platform.test.v1.PolicyService/Endless]": 3s
          server:
            max: 20s
        retry:
          max-attempts: 4
        ratelimit:
          server:
            methods:
              "[platform.test.v1.EchoService/*]": {rate: 500/s, burst: 900}
        loadshedding:
          mode: enforce
          methods:
            "[platform.test.v1.EchoService/Unary]": critical
        bulkhead:
          channels:
            backend:
              max-concurrent: 12
        server:
          executor:
            methods:
              "[platform.test.v1.EchoService/Bidi]":
                max-threads: 7
      resilience4j:
        circuitbreaker:
          instances:
            backend:
              minimum-number-of-calls: 2
      """;

  @TempDir Path folder;

  private static void assertSetting(JsonNode shown, String value, String origin, String place) {
    assertThat(shown.path("value").asText()).isEqualTo(value);
    assertThat(shown.path("origin").asText()).isEqualTo(origin);
    assertThat(shown.path("place").asText()).isEqualTo(place);
  }

  private String line(int number) {
    return folder.resolve("application.yaml") + ":" + number;
  }

  @Test
  void eachSettingTellsTheFileAndLineThatDecides() throws Exception {
    try (InspectedService service =
        InspectedService.start(folder, YAML, "--platform.deadline.server.default=9s")) {
      service.backend().silent(says("hello"));
      fail(() -> service.backend().patient(says("hello")));
      fail(() -> service.backend().endless(says("hello")));

      JsonNode silent = service.look(POLICY + "Silent/settings");
      assertSetting(silent.path("deadline"), "700ms", "inherited", line(8));
      assertSetting(silent.path("bulkhead.channel.max-concurrent"), "12", "inherited", line(25));
      JsonNode patient = service.look(POLICY + "Patient/settings/deadline");
      assertSetting(patient, "600s", "contract", "");
      JsonNode endless = service.look(POLICY + "Endless/settings/deadline");
      assertSetting(endless, "3s", "property", line(9));
      assertThat(endless.path("property").asText())
          .isEqualTo("platform.deadline.methods[platform.test.v1.PolicyService/Endless]");
      JsonNode unary = service.look(ECHO + "Unary/settings");
      assertSetting(unary.path("deadline.max"), "20s", "inherited", line(11));
      assertSetting(unary.path("deadline.default"), "9s", "inherited", "command line");
      assertSetting(unary.path("loadshedding.priority"), "critical", "property", line(21));
      JsonNode bidi = service.look(ECHO + "Bidi/settings");
      assertSetting(bidi.path("deadline.max-age"), "none", "default", "");
      assertSetting(
          bidi.path("ratelimit.rate"), "500/s with a burst of 900", "inherited", line(17));
      assertSetting(
          bidi.path("server.executor"), "platform.test.v1.EchoService/Bidi", "inherited", line(30));
      assertSetting(
          service.look("/channels/backend/target"), backend(service), "property", line(5));
    }
  }

  @Test
  void poolsOfFixedSizeNameNoPropertyThatSetsAnother() throws Exception {
    try (InspectedService service =
        InspectedService.start(folder, YAML, "--platform.server.executor.max-threads=64")) {
      JsonNode pools = service.look("/limits/executors");

      assertSetting(pools.path("admin").path("max-threads"), "2", "default", "");
      assertThat(pools.path("admin").path("queue").has("property")).isFalse();
      assertSetting(pools.path("cancelled").path("max-threads"), "8", "default", "");
      assertSetting(pools.path("default").path("max-threads"), "64", "inherited", "command line");
    }
  }

  @Test
  void aPoolOfItsOwnNamesWhatItInherits() throws Exception {
    try (InspectedService service =
        InspectedService.start(folder, YAML, "--platform.server.executor.queue=33")) {
      JsonNode pool = service.look("/limits/executors").path("platform.test.v1.EchoService/Bidi");

      assertSetting(pool.path("max-threads"), "7", "inherited", line(30));
      assertSetting(pool.path("queue"), "33", "inherited", "command line");
    }
  }

  @Test
  void whatIsTakenBackShowsTheOldPlaceAgain() throws Exception {
    Path live =
        Files.writeString(folder.resolve("live.properties"), "platform.deadline.default=7s\n");
    try (InspectedService service =
        InspectedService.start(
            folder,
            YAML.replace("  deadline:\n", "  deadline:\n    default: ${wanted:6s}\n"),
            "--platform.live.watch=" + live)) {
      fail(
          () ->
              service
                  .context
                  .getBean(GrpcChannels.class)
                  .stub("backend", StockServiceGrpc.StockServiceBlockingStub.class)
                  .look(says("hello")));
      String path =
          "/channels/backend/methods/platform.test.v1.StockService/Look/settings/deadline";
      assertSetting(service.look(path), "7s", "inherited", live.toString());
      CountDownLatch changed = new CountDownLatch(1);
      service.context.getBean(LiveSettings.class).onChange(changed::countDown);

      Files.writeString(live, "");
      assertThat(changed.await(20, TimeUnit.SECONDS)).isTrue();

      assertSetting(service.look(path), "6s", "inherited", line(7));
    }
  }

  private static String backend(InspectedService service) {
    return service
        .context
        .getEnvironment()
        .getRequiredProperty("platform.client.channels.backend.target");
  }

  private static void fail(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThat(catchThrowableOfType(StatusRuntimeException.class, call)).isNotNull();
  }

  @Test
  void breakersAndRetriesShowWhatTheirLibrariesGot() throws Exception {
    try (InspectedService service = InspectedService.start(folder, YAML)) {
      StockServiceGrpc.StockServiceBlockingStub stock =
          service
              .context
              .getBean(GrpcChannels.class)
              .stub("backend", StockServiceGrpc.StockServiceBlockingStub.class);
      fail(() -> stock.look(says("hello")));
      fail(() -> service.backend().patient(says("hello")));
      fail(() -> service.backend().patient(says("hello")));
      fail(() -> service.backend().patient(says("hello")));

      JsonNode breaker =
          service.look("/channels/backend/circuitbreaker/backend:platform.test.v1.PolicyService");
      assertThat(breaker.path("state").asText()).isEqualTo("OPEN");
      assertThat(breaker.path("failure-rate").asText()).isEqualTo("100%");
      assertThat(breaker.path("refused").asInt()).isEqualTo(1);
      assertThat(breaker.path("tries-again-in").asText()).endsWith("s");
      assertSetting(
          breaker.path("settings").path("minimum-number-of-calls"), "2", "inherited", line(35));
      assertSetting(breaker.path("settings").path("failure-rate-threshold"), "50%", "default", "");
      assertThat(service.look("/refusals").path(0).path("refusal").asText())
          .isEqualTo("CIRCUIT_OPEN");

      JsonNode idempotent =
          service.look("/channels/backend/methods/platform.test.v1.StockService/Look/settings");
      assertSetting(idempotent.path("retry.max-attempts"), "4", "inherited", line(13));
      assertSetting(idempotent.path("retry.max-backoff"), "1s", "default", "");
      assertSetting(
          service.look(POLICY + "Patient/settings/retry"),
          "none: the contract says no idempotency_level",
          "contract",
          "");
    }
  }

  @Test
  void aLiveChangeIsSeenWithItsNewPlace() throws Exception {
    Path live = Files.writeString(folder.resolve("live.yml"), "");
    try (InspectedService service =
        InspectedService.start(
            folder,
            YAML,
            "--platform.live.watch=" + live,
            "--platform.live.actuator.write=true",
            "--platform.deadline.default=6s")) {
      service.backend().silent(says("hello"));
      String path = POLICY + "Silent/settings/deadline";
      assertSetting(service.look(path), "700ms", "inherited", line(8));
      CountDownLatch changed = new CountDownLatch(1);
      service.context.getBean(LiveSettings.class).onChange(changed::countDown);

      Files.writeString(
          live,
          "# now\nplatform.deadline.methods:\n  \"[platform.test.v1.PolicyService/Silent]\": 250ms\n");
      assertThat(changed.await(20, TimeUnit.SECONDS)).isTrue();

      assertSetting(service.look(path), "250ms", "property", live + ":3");
      assertThat(service.look("/version").asInt()).isEqualTo(1);
      JsonNode latest = service.look("/settings/latest").path(0);
      assertThat(latest.path("by").asText()).isEqualTo("file");
      assertThat(latest.path("changes").path(0).asText()).endsWith("(not set) -> 250ms");
    }
  }

  @Test
  void theLastFailuresTellHowAndWhoButNotWhat() throws Exception {
    try (InspectedService service = InspectedService.start(folder, YAML)) {
      for (int i = 0; i < 23; i++) {
        fail(() -> service.echo().unary(says("throw hunter2")));
      }
      fail(() -> service.echo().unary(says("missing")));
      fail(() -> service.backend().patient(says("hello")));
      service.echo().unary(says("fine"));

      JsonNode failures = service.look("/failures");
      assertThat(failures).hasSize(20);
      JsonNode latest = failures.path(0);
      assertThat(latest.path("side").asText()).isEqualTo("client");
      assertThat(latest.path("channel").asText()).isEqualTo("backend");
      assertThat(latest.path("method").asText()).endsWith("PolicyService/Patient");
      assertThat(latest.path("status").asText()).isEqualTo("UNAVAILABLE");
      assertThat("static://" + latest.path("peer").asText()).isEqualTo(backend(service));
      assertThat(failures.path(1).path("status").asText()).isEqualTo("INTERNAL");
      assertThat(failures.path(1).path("peer").asText()).startsWith("127.0.0.1:");
      assertThat(failures.path(1).path("took").asText()).endsWith("s");
      JsonNode others = service.look("/other-endings");
      assertThat(others).hasSize(1);
      assertThat(others.path(0).path("status").asText()).isEqualTo("NOT_FOUND");
      assertThat(service.text("")).doesNotContain("hunter2");
    }
  }

  @Test
  void liveStreamsAreListedUntilTheyEnd() throws Exception {
    try (InspectedService service = InspectedService.start(folder, YAML)) {
      BlockingQueue<String> heard = new ArrayBlockingQueue<>(1000);
      List<StreamObserver<EchoRequest>> streams = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        streams.add(EchoServiceGrpc.newStub(service.caller).bidi(into(heard)));
        streams.get(i).onNext(says("hello"));
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("message");
      }

      JsonNode shown = service.look("/streams");
      assertThat(shown.path("count").asInt()).isEqualTo(60);
      assertThat(shown.path("oldest")).hasSize(50);
      JsonNode oldest = shown.path("oldest").path(0);
      assertThat(oldest.path("side").asText()).isEqualTo("server");
      assertThat(oldest.path("method").asText()).isEqualTo("platform.test.v1.EchoService/Bidi");
      assertThat(oldest.path("received").asInt()).isEqualTo(1);
      assertThat(oldest.path("sent").asInt()).isEqualTo(1);
      assertThat(oldest.path("peer").asText()).startsWith("127.0.0.1:");

      streams.forEach(StreamObserver::onCompleted);
      for (int i = 0; i < 60; i++) {
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("over");
      }
      // The server's event loop has told their ends before it reads another call of the connection.
      service.echo().unary(says("fine"));
      assertThat(service.look("/streams/count").asInt()).isZero();
    }
  }

  private static StreamObserver<EchoResponse> into(BlockingQueue<String> heard) {
    return new StreamObserver<>() {
      @Override
      public void onNext(EchoResponse response) {
        heard.add("message");
      }

      @Override
      public void onError(Throwable broken) {
        heard.add("broken");
      }

      @Override
      public void onCompleted() {
        heard.add("over");
      }
    };
  }

  @Test
  void noSecretIsShownWhereverItStands() throws Exception {
    String yaml =
        YAML.replace(
            "  ratelimit:\n",
            "  ratelimit:\n    redis:\n      url: redis://joe:hunter2@127.0.0.1:1\n");
    try (InspectedService service =
        InspectedService.start(
            folder, yaml, "--platform.client.defaults.user-agent=token=hunter2")) {
      Metadata headers = new Metadata();
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer hunter2");
      fail(
          () ->
              service
                  .echo()
                  .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                  .unary(says("throw redis://joe:hunter2@host and password=hunter2")));
      fail(() -> service.echo().unary(says("missing")));

      String all = service.text("");

      assertThat(all).doesNotContain("hunter2").contains("redis://******@127.0.0.1:1");
      assertThat(all).contains("\"INTERNAL\"", "\"NOT_FOUND\"");
    }
  }

  @Test
  void partsAreFoundByTheirNames() throws Exception {
    try (InspectedService service = InspectedService.start(folder, YAML)) {
      service.backend().silent(says("hello"));

      assertThat(service.text("/channels/backend/state")).isEqualTo("READY");
      JsonNode called = service.look("/platform.test.v1.PolicyService/Silent");
      assertThat(called.path("called on backend")).hasSize(1);
      assertThat(called.path("served").isMissingNode()).isTrue();
      JsonNode served = service.look("/platform.test.v1.EchoService");
      assertThat(served.path("served")).hasSize(4);
      assertThat(service.answer("/platform.test.v1.EchoService/Nothing").statusCode())
          .isEqualTo(404);
      assertThat(service.answer("/nowhere").statusCode()).isEqualTo(404);
      assertThat(service.look("/pipeline/server/DEADLINE/methods").asInt()).isPositive();
      assertThat(service.look("/channels/backend/addresses").path(0).asText())
          .isEqualTo(backend(service).substring("static://".length()));
    }
  }
}

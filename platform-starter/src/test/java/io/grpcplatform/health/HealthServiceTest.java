package io.grpcplatform.health;

import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.NOT_SERVING;
import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.lifecycle.LifecycleAutoConfiguration;
import io.grpcplatform.server.ServerAutoConfiguration;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class HealthServiceTest {

  private static final String ECHO = EchoServiceGrpc.SERVICE_NAME;

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withUserConfiguration(Application.class)
          .withPropertyValues("platform.server.port=0", "platform.lifecycle.stream-spread=0s");
  private ManagedChannel channel;

  @AfterEach
  void close() {
    if (channel != null) {
      channel.shutdownNow();
    }
  }

  @Test
  void servesNothingUntilTheApplicationIsReady() {
    application.run(
        context -> {
          assertThat(check(context, "")).isEqualTo(NOT_SERVING);
          assertThat(check(context, "liveness")).isEqualTo(NOT_SERVING);

          AvailabilityChangeEvent.publish(context, LivenessState.CORRECT);

          assertThat(check(context, "liveness")).isEqualTo(SERVING);
          assertThat(check(context, "readiness")).isEqualTo(NOT_SERVING);

          AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);

          assertThat(check(context, "")).isEqualTo(SERVING);
          assertThat(check(context, ECHO)).isEqualTo(SERVING);
          assertThat(check(context, "readiness")).isEqualTo(SERVING);
        });
  }

  @Test
  void followsReadinessBothWays() {
    application.run(
        context -> {
          AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
          AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);

          assertThat(check(context, ECHO)).isEqualTo(NOT_SERVING);

          AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);

          assertThat(check(context, ECHO)).isEqualTo(SERVING);
        });
  }

  @Test
  void keepsOnlyLivenessServingOnceTheStopIsAnnounced() {
    application.run(
        context -> {
          ready(context);

          context.getBean(DrainSignal.class).advance(DrainSignal.Phase.ANNOUNCED);
          AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);

          assertThat(check(context, "")).isEqualTo(NOT_SERVING);
          assertThat(check(context, ECHO)).isEqualTo(NOT_SERVING);
          assertThat(check(context, "readiness")).isEqualTo(NOT_SERVING);
          assertThat(check(context, "liveness")).isEqualTo(SERVING);
        });
  }

  @Test
  void tellsWatchersOfEachChangeAndTheDrain() {
    Watcher watcher = new Watcher();
    application.run(
        context -> {
          HealthGrpc.newStub(channelTo(context)).watch(request(ECHO), watcher);

          assertThat(watcher.next()).isEqualTo(NOT_SERVING);
          ready(context);
          assertThat(watcher.next()).isEqualTo(SERVING);
        });

    // The context has closed, and the watch did not keep the server waiting.
    assertThat(watcher.next()).isEqualTo(NOT_SERVING);
    assertThat(watcher.next())
        .isInstanceOfSatisfying(
            Status.class, end -> assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }

  @Test
  void answersNotFoundForUnknownServices() {
    application.run(
        context -> assertThat(check(context, "nobody.Service")).isEqualTo(Status.Code.NOT_FOUND));
  }

  @Test
  void watchOfAnUnknownServiceWaitsForIt() {
    application.run(
        context -> {
          Watcher watcher = new Watcher();

          HealthGrpc.newStub(channelTo(context)).watch(request("nobody.Service"), watcher);

          assertThat(watcher.next()).isEqualTo(ServingStatus.SERVICE_UNKNOWN);
        });
  }

  @Test
  void hundredsOfWatchersAreToldAndHoldNothingBack() {
    List<Watcher> watchers = Stream.generate(Watcher::new).limit(500).toList();
    application
        .withPropertyValues("platform.server.executor.max-threads=4")
        .run(
            context -> {
              watchers.forEach(
                  watcher -> HealthGrpc.newStub(channelTo(context)).watch(request(""), watcher));
              watchers.forEach(watcher -> assertThat(watcher.next()).isEqualTo(NOT_SERVING));

              ready(context);

              watchers.forEach(watcher -> assertThat(watcher.next()).isEqualTo(SERVING));
              assertThat(check(context, "readiness")).isEqualTo(SERVING);
            });

    // Ended by the drain and not cut after the grace period, whose refusal says so.
    watchers.forEach(
        watcher -> {
          assertThat(watcher.next()).isEqualTo(NOT_SERVING);
          assertThat(watcher.next())
              .isInstanceOfSatisfying(
                  Status.class,
                  end ->
                      assertThat(end.getDescription())
                          .isNotEqualTo("The server stopped before the call ended"));
        });
  }

  @Test
  void isAbsentWhereItIsSwitchedOff() {
    application
        .withPropertyValues("platform.health.enabled=false")
        .run(context -> assertThat(check(context, "")).isEqualTo(Status.Code.UNIMPLEMENTED));
  }

  @Test
  void leavesTheWayToAHealthServiceOfTheApplication() {
    application
        .withBean("own", BindableService.class, OwnHealth::new)
        .run(context -> assertThat(check(context, "")).isEqualTo(ServingStatus.SERVICE_UNKNOWN));
  }

  @Test
  void startsServingInARealApplicationWithoutWebServer() {
    try (ConfigurableApplicationContext context =
        new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.NONE)
            .run("--platform.server.port=0")) {

      assertThat(check(context, "")).isEqualTo(SERVING);
      assertThat(check(context, "liveness")).isEqualTo(SERVING);
    }
  }

  private static void ready(ApplicationContext context) {
    AvailabilityChangeEvent.publish(context, LivenessState.CORRECT);
    AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
  }

  private Object check(ApplicationContext context, String service) {
    try {
      return HealthGrpc.newBlockingStub(channelTo(context)).check(request(service)).getStatus();
    } catch (StatusRuntimeException failed) {
      return failed.getStatus().getCode();
    }
  }

  private ManagedChannel channelTo(ApplicationContext context) {
    if (channel == null) {
      channel =
          Grpc.newChannelBuilder(
                  "127.0.0.1:" + context.getEnvironment().getProperty("local.grpc.port"),
                  InsecureChannelCredentials.create())
              .build();
    }
    return channel;
  }

  private static HealthCheckRequest request(String service) {
    return HealthCheckRequest.newBuilder().setService(service).build();
  }

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration({
    PlatformAutoConfiguration.class,
    ServerAutoConfiguration.class,
    LifecycleAutoConfiguration.class,
    HealthAutoConfiguration.class
  })
  static class Application {
    @Bean
    BindableService echo() {
      return new EchoServiceGrpc.EchoServiceImplBase() {};
    }
  }

  private static final class OwnHealth extends HealthGrpc.HealthImplBase {
    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> answers) {
      answers.onNext(
          HealthCheckResponse.newBuilder().setStatus(ServingStatus.SERVICE_UNKNOWN).build());
      answers.onCompleted();
    }
  }

  /** Keeps what a watch is told, and its end. */
  private static final class Watcher implements StreamObserver<HealthCheckResponse> {
    private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();

    Object next() {
      try {
        return heard.poll(30, TimeUnit.SECONDS);
      } catch (InterruptedException stopped) {
        throw new AssertionError(stopped);
      }
    }

    @Override
    public void onNext(HealthCheckResponse response) {
      heard.add(response.getStatus());
    }

    @Override
    public void onError(Throwable failed) {
      heard.add(Status.fromThrowable(failed));
    }

    @Override
    public void onCompleted() {
      heard.add(Status.OK);
    }
  }
}

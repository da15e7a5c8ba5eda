package io.grpcplatform.health;

import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.NOT_SERVING;
import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.BindableService;
import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.lifecycle.LifecycleAutoConfiguration;
import io.grpcplatform.server.ServerAutoConfiguration;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.availability.AvailabilityHealthContributorAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.health.HealthContributorAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.health.HealthEndpointAutoConfiguration;
import org.springframework.boot.actuate.health.CompositeHealthContributor;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthContributorRegistry;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** Health indicators, through Spring Boot's groups, to whoever watches over gRPC. */
final class HealthGroupsTest {

  private static final String ECHO = EchoServiceGrpc.SERVICE_NAME;

  private final Indicator database = new Indicator();
  private final Indicator cache = new Indicator();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  ApplicationAvailabilityAutoConfiguration.class,
                  AvailabilityHealthContributorAutoConfiguration.class,
                  HealthContributorAutoConfiguration.class,
                  HealthEndpointAutoConfiguration.class,
                  PlatformAutoConfiguration.class,
                  ServerAutoConfiguration.class,
                  LifecycleAutoConfiguration.class,
                  HealthAutoConfiguration.class))
          .withBean("echo", BindableService.class, Echo::new)
          .withBean("databaseHealthIndicator", HealthIndicator.class, () -> database)
          .withBean(
              "cachesHealthContributor",
              CompositeHealthContributor.class,
              () -> CompositeHealthContributor.fromMap(Map.of("first", cache)))
          .withPropertyValues(
              "platform.server.port=0",
              "platform.lifecycle.stream-spread=0s",
              "platform.health.interval=10ms",
              "management.endpoint.health.group.readiness.include=readinessState,database",
              "management.endpoint.health.group.fast.include=caches",
              "management.endpoint.health.validate-group-membership=false");

  @AfterEach
  void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }

  private static final class Echo extends EchoServiceGrpc.EchoServiceImplBase {}

  /** Answers what the test says, or not before the test lets it. */
  private static final class Indicator implements HealthIndicator {
    private volatile Status status = Status.UP;
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);

    @Override
    public Health health() {
      asked.countDown();
      try {
        gate.await();
      } catch (InterruptedException stopped) {
        interrupted.countDown();
        Thread.currentThread().interrupt();
      }
      return Health.status(status).build();
    }
  }

  @Test
  void servesOnlyOnceTheIndicatorsHaveBeenAsked() {
    database.gate = new CountDownLatch(1);
    application.run(
        context -> {
          AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
          BlockingQueue<ServingStatus> heard = watch(context, "");
          assertThat(next(heard)).isEqualTo(NOT_SERVING);
          assertThat(heard).isEmpty();

          database.gate.countDown();

          assertThat(next(heard)).isEqualTo(SERVING);
        });
  }

  @Test
  void serviceFollowsTheIndicatorsBothWays() {
    application.run(
        context -> {
          AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
          BlockingQueue<ServingStatus> heard = watch(context, ECHO);
          await(heard, SERVING);

          database.status = Status.OUT_OF_SERVICE;
          await(heard, NOT_SERVING);

          database.status = Status.UP;
          await(heard, SERVING);
          AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
          await(heard, NOT_SERVING);
        });
  }

  @Test
  void slowIndicatorIsDownAfterItsTimeout() {
    application
        .withPropertyValues("platform.health.timeout=50ms")
        .run(
            context -> {
              AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
              BlockingQueue<ServingStatus> heard = watch(context, "readiness");
              BlockingQueue<ServingStatus> fast = watch(context, "fast");
              await(heard, SERVING);
              await(fast, SERVING);

              CountDownLatch stuck = new CountDownLatch(1);
              database.gate = stuck;

              await(heard, NOT_SERVING);
              assertThat(fast).isEmpty();
              database.gate = new CountDownLatch(0);
              stuck.countDown();
              await(heard, SERVING);
            });
  }

  @Test
  void indicatorRegisteredLaterIsAskedFromThenOn() {
    Indicator late = new Indicator();
    late.status = Status.DOWN;
    application
        .withPropertyValues(
            "management.endpoint.health.group.readiness.include=readinessState,database,tenant")
        .run(
            context -> {
              AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
              BlockingQueue<ServingStatus> heard = watch(context, ECHO);
              await(heard, SERVING);
              HealthContributorRegistry registry = context.getBean(HealthContributorRegistry.class);

              registry.registerContributor("tenant", late);
              await(heard, NOT_SERVING);

              late.status = Status.UP;
              await(heard, SERVING);
              late.status = Status.DOWN;
              await(heard, NOT_SERVING);
              registry.unregisterContributor("tenant");
              await(heard, SERVING);
            });
  }

  @Test
  void hangingIndicatorDoesNotDelayLiveness() {
    database.gate = new CountDownLatch(1);
    application.run(
        context -> {
          assertThat(database.asked.await(30, TimeUnit.SECONDS)).isTrue();
          BlockingQueue<ServingStatus> heard = watch(context, "liveness");
          assertThat(next(heard)).isEqualTo(NOT_SERVING);

          AvailabilityChangeEvent.publish(context, LivenessState.CORRECT);

          assertThat(next(heard)).isEqualTo(SERVING);
          assertThat(database.gate.getCount()).isEqualTo(1);
        });
  }

  @Test
  void indicatorsOfNoGroupAreNotAsked() {
    application
        .withPropertyValues("management.endpoint.health.group.readiness.include=readinessState")
        .withPropertyValues("management.endpoint.health.group.fast.include=livenessState")
        .run(
            context -> {
              AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);

              await(watch(context, ECHO), SERVING);

              assertThat(database.asked.getCount()).isEqualTo(1);
            });
  }

  @Test
  void closingInterruptsAnIndicatorThatHangs() throws Exception {
    database.gate = new CountDownLatch(1);

    application.run(context -> assertThat(database.asked.await(30, TimeUnit.SECONDS)).isTrue());

    assertThat(database.interrupted.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void groupIsAskedForByItsOwnName() {
    cache.status = Status.DOWN;
    application.run(
        context -> {
          AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
          await(watch(context, ""), SERVING);

          assertThat(next(watch(context, "fast"))).isEqualTo(NOT_SERVING);
        });
  }

  @Test
  void serviceFollowsTheGroupItIsGiven() {
    cache.status = Status.DOWN;
    application
        .withPropertyValues("platform.health.services[" + ECHO + "]=fast")
        .run(
            context -> {
              AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
              await(watch(context, ""), SERVING);
              BlockingQueue<ServingStatus> heard = watch(context, ECHO);
              assertThat(next(heard)).isEqualTo(NOT_SERVING);

              cache.status = Status.UP;

              await(heard, SERVING);
            });
  }

  @Test
  void unknownGroupFailsTheStart() {
    application
        .withPropertyValues("platform.health.services[" + ECHO + "]=fats")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("fats (expected: a group of")
                    .hasMessageContaining("fast"));
  }

  @Test
  void unknownServiceFailsTheStart() {
    application
        .withPropertyValues("platform.health.services[shop.v1.Nobody]=fast")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("shop.v1.Nobody (expected: a service that")
                    .hasMessageContaining(ECHO));
  }

  @Test
  void timeoutOfZeroFailsTheStart() {
    application
        .withPropertyValues("platform.health.timeout=0s")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("platform.health.timeout"));
  }

  @Test
  void channelsAreInformationUnlessRequired() throws Exception {
    try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = nobody.getLocalPort();
      nobody.close();
      application.run(context -> assertThat(channelHealth(context, port)).isEqualTo(Status.UP));
      application
          .withPropertyValues("platform.health.channels.required=payment")
          .run(context -> assertThat(channelHealth(context, port)).isEqualTo(Status.DOWN));
    }
  }

  private Status channelHealth(ApplicationContext context, int port) throws Exception {
    ManagedChannel failing = channelTo(port);
    context.getBean(GrpcChannelsHealthIndicator.class).built("payment", failing);
    CountDownLatch failed = new CountDownLatch(1);
    onFailure(failing, failed);
    failing.getState(true);
    assertThat(failed.await(30, TimeUnit.SECONDS)).isTrue();

    Health health = (Health) context.getBean(HealthEndpoint.class).healthForPath("grpcChannels");

    assertThat(health.getDetails()).containsEntry("payment", "TRANSIENT_FAILURE");
    return health.getStatus();
  }

  private static void onFailure(ManagedChannel channel, CountDownLatch failed) {
    ConnectivityState now = channel.getState(false);
    if (now == ConnectivityState.TRANSIENT_FAILURE) {
      failed.countDown();
    } else {
      channel.notifyWhenStateChanged(now, () -> onFailure(channel, failed));
    }
  }

  @Test
  void channelsAreNotShownWhereThatIsSwitchedOff() {
    application
        .withPropertyValues("platform.health.channels.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(GrpcChannelsHealthIndicator.class));
  }

  private BlockingQueue<ServingStatus> watch(ApplicationContext context, String name) {
    BlockingQueue<ServingStatus> heard = new LinkedBlockingQueue<>();
    int port = context.getEnvironment().getRequiredProperty("local.grpc.port", Integer.class);
    HealthGrpc.newStub(channelTo(port))
        .watch(HealthCheckRequest.newBuilder().setService(name).build(), new Watcher(heard));
    return heard;
  }

  private ManagedChannel channelTo(int port) {
    ManagedChannel made =
        Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create()).build();
    channels.add(made);
    return made;
  }

  private static ServingStatus next(BlockingQueue<ServingStatus> heard)
      throws InterruptedException {
    return heard.poll(30, TimeUnit.SECONDS);
  }

  private static void await(BlockingQueue<ServingStatus> heard, ServingStatus wanted)
      throws InterruptedException {
    Set<ServingStatus> before = Set.of(SERVING, NOT_SERVING);
    ServingStatus now = next(heard);
    while (now != wanted) {
      assertThat(before).contains(now);
      now = next(heard);
    }
  }

  private record Watcher(BlockingQueue<ServingStatus> heard)
      implements StreamObserver<HealthCheckResponse> {

    @Override
    public void onNext(HealthCheckResponse response) {
      heard.add(response.getStatus());
    }

    @Override
    public void onError(Throwable failed) {}

    @Override
    public void onCompleted() {}
  }
}

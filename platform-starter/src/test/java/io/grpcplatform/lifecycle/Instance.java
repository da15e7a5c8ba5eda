package io.grpcplatform.lifecycle;

import io.grpcplatform.CallClock;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.testing.ManualClock;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/** A whole application without a web server, on a port of its own, whose time the test owns. */
final class Instance implements AutoCloseable {

  final ConfigurableApplicationContext context;
  private final int port;
  private final HeldEcho handler;
  private final ManualClock clock;
  private final Map<DrainSignal.Phase, CountDownLatch> phases =
      new EnumMap<>(DrainSignal.Phase.class);

  private Instance(ConfigurableApplicationContext context) {
    this.context = context;
    port = context.getEnvironment().getRequiredProperty("local.grpc.port", int.class);
    handler = context.getBean(HeldEcho.class);
    clock = context.getBean(ManualClock.class);
    for (DrainSignal.Phase phase : DrainSignal.Phase.values()) {
      phases.put(phase, new CountDownLatch(1));
    }
    context.getBean(DrainSignal.class).subscribe(phase -> phases.get(phase).countDown());
  }

  static Instance start(String... properties) {
    return new Instance(
        new SpringApplicationBuilder(App.class)
            .web(WebApplicationType.NONE)
            .registerShutdownHook(false)
            .properties("platform.server.port=0", "platform.server.address=127.0.0.1")
            .properties(properties)
            .run());
  }

  InetSocketAddress address() {
    return new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), port);
  }

  HeldEcho handler() {
    return handler;
  }

  ManualClock clock() {
    return clock;
  }

  /** The readiness of which the application was last told. */
  CompletableFuture<ReadinessState> refused() {
    return context.getBean(App.class).refused;
  }

  /** Begins to stop, as SIGTERM does, on a thread of its own. */
  CompletableFuture<Void> stop() {
    return CompletableFuture.runAsync(context::close, task -> new Thread(task, "stop").start());
  }

  void awaitPhase(DrainSignal.Phase phase) throws InterruptedException {
    if (!phases.get(phase).await(10, TimeUnit.SECONDS)) {
      throw new AssertionError("The drain did not reach " + phase);
    }
  }

  @Override
  public void close() {
    context.close();
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class App {

    final CompletableFuture<ReadinessState> refused = new CompletableFuture<>();

    @Bean
    HeldEcho heldEcho() {
      return new HeldEcho();
    }

    @Bean
    CallClock manualClock() {
      return new ManualClock();
    }

    @EventListener
    void readiness(AvailabilityChangeEvent<ReadinessState> event) {
      if (event.getState() == ReadinessState.REFUSING_TRAFFIC) {
        refused.complete(event.getState());
      }
    }
  }
}

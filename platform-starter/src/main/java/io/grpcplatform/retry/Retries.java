package io.grpcplatform.retry;

import io.grpc.ManagedChannelBuilder;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallLatencies;
import io.grpcplatform.CalledServices;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.retry.RetryProperties.Budget;
import io.grpcplatform.retry.RetryProperties.Hedging;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Retries for channels and servers that the starter did not make, with settings that do not change.
 * The channels of one object share its budget.
 */
public final class Retries {

  private final Live<RetryProperties> settings;
  private final RetryBudget budget;
  private final CallLatencies latencies = new CallLatencies(CallClock.system());

  private Retries(RetryProperties settings) {
    this.settings = Live.fixed(RetryProperties.class, settings);
    this.budget = new RetryBudget(settings::budget);
  }

  /** The starter's defaults: three attempts, 50 ms to 1 s apart, after UNAVAILABLE. */
  public static Retries standard() {
    return of(3, Duration.ofMillis(50), Duration.ofSeconds(1), Set.of(Status.Code.UNAVAILABLE));
  }

  /**
   * Retries with a pause that doubles from one attempt to the next.
   *
   * @param maxAttempts all attempts of one call, the first included, 1 to 5
   * @param initialBackoff before the second attempt, give or take a fifth
   * @param maxBackoff the longest pause
   * @param codes the status codes after which a call is tried again
   */
  public static Retries of(
      int maxAttempts, Duration initialBackoff, Duration maxBackoff, Set<Status.Code> codes) {
    return new Retries(
        new RetryProperties(
            true,
            maxAttempts,
            initialBackoff,
            maxBackoff,
            2,
            codes,
            new Budget(10, 0.1, 20, 3),
            Map.of(),
            new Hedging(Map.of())));
  }

  /**
   * Lets the safe and idempotent methods of {@code services} be tried again on a channel.
   *
   * @param channel the channel's name
   */
  public void install(
      ManagedChannelBuilder<?> builder, String channel, ServiceDescriptor... services) {
    ClientFeature feature = client(builder, channel, services);
    ClientPipeline.of(channel, List.of(feature), new LiveSettings(), latencies).install(builder);
  }

  /**
   * The client's stage, for a {@link ClientPipeline} with other features; gives the builder its
   * default service config too, and turns gRPC's retries on where the transport has them off.
   *
   * @param channel the name of the channel and of its pipeline
   */
  public ClientFeature client(
      ManagedChannelBuilder<?> builder, String channel, ServiceDescriptor... services) {
    CalledServices called = new CalledServices();
    for (ServiceDescriptor service : services) {
      called.add(service);
    }
    HedgeDelays delays = new HedgeDelays(latencies, CallClock.system(), () -> {});
    RetryContributor contributor = new RetryContributor(settings, delays, called);
    builder.defaultServiceConfig(contributor.serviceConfig(channel)).enableRetry();
    return new RetryClientStage(
        new RetryClientStage.Shared(
            settings, contributor, budget, delays, latencies, AttemptCounters.NONE));
  }

  /** The server's stage, which keeps a call that is itself a retry from being retried further. */
  public ServerFeature server() {
    return new RetryServerStage(settings);
  }
}

package io.grpcplatform.client;

import io.grpc.ClientInterceptor;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolverRegistry;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpcplatform.CallLatencies;
import io.grpcplatform.ChannelContributor;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.client.ClientProperties.Defaults;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Builds a channel: properties first, then the pipeline, the features, and the user's customizers.
 * Runs on the thread of the channel's first call.
 */
final class ChannelFactory {

  /**
   * What the application context puts on every channel.
   *
   * @param features the features' stages
   * @param interceptors the user's own, the first outermost
   * @param contributors what features do to the builder
   * @param customizers the user's last word
   * @param settings what can change while the channel lives
   * @param latencies where the times of its calls go
   */
  record Parts(
      List<ClientFeature> features,
      List<ClientInterceptor> interceptors,
      List<ChannelContributor> contributors,
      List<GrpcChannelCustomizer> customizers,
      LiveSettings settings,
      CallLatencies latencies) {

    ClientPipeline pipeline(String channel) {
      return ClientPipeline.of(channel, features, settings, latencies);
    }
  }

  private final NameResolverRegistry resolvers;
  private final Supplier<Parts> parts;

  ChannelFactory(NameResolverRegistry resolvers, Supplier<Parts> parts) {
    this.resolvers = resolvers;
    this.parts = parts;
  }

  /** Fails where no channel could be built, such as when two features claim one stage. */
  void check() {
    parts.get().pipeline("");
  }

  ManagedChannel make(ChannelSettings settings) {
    Parts from = parts.get();
    String name = settings.name();
    ManagedChannelBuilder<?> builder = builder(settings.target());
    apply(settings.effective(), builder);
    from.pipeline(name).install(builder, from.interceptors());
    from.contributors().forEach(contributor -> contributor.contribute(name, builder));
    from.customizers().forEach(customizer -> customizer.customize(name, builder));
    ManagedChannel made = builder.build();
    from.contributors().forEach(contributor -> contributor.built(name, made));
    return made;
  }

  private ManagedChannelBuilder<?> builder(Target target) {
    return target instanceof Target.InProcess inProcess
        ? inProcess(inProcess.name())
        : Grpc.newChannelBuilder(
            ((Target.Resolved) target).uri(), InsecureChannelCredentials.create(), resolvers);
  }

  @SuppressWarnings("deprecation") // this builder takes a resolver of its own in no other way
  private static ManagedChannelBuilder<?> inProcess(String name) {
    return InProcessChannelBuilder.forTarget(InProcessResolverProvider.TARGET)
        .nameResolverFactory(new InProcessResolverProvider(name))
        // Off by default in this transport alone; a test is to see the retries of production.
        .enableRetry();
  }

  private static void apply(Defaults settings, ManagedChannelBuilder<?> builder) {
    Defaults.Keepalive keepalive = settings.keepalive();
    builder
        .keepAliveTime(nanosOrNever(keepalive.time()), TimeUnit.NANOSECONDS)
        .keepAliveTimeout(keepalive.timeout().toNanos(), TimeUnit.NANOSECONDS)
        .keepAliveWithoutCalls(keepalive.withoutCalls())
        .maxInboundMessageSize((int) settings.inbound().message().maxSize().toBytes())
        .maxInboundMetadataSize((int) settings.inbound().metadata().maxSize().toBytes())
        .defaultLoadBalancingPolicy(settings.loadBalancing())
        .idleTimeout(nanosOrNever(settings.idleTimeout()), TimeUnit.NANOSECONDS);
    if (settings.userAgent() != null) {
      builder.userAgent(settings.userAgent());
    }
  }

  /** gRPC reads the largest number as never, for both of its timers that can be off. */
  private static long nanosOrNever(Duration duration) {
    return duration.isZero() ? Long.MAX_VALUE : duration.toNanos();
  }
}

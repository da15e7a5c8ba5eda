package io.grpcplatform.client;

import io.grpc.ClientInterceptor;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolverRegistry;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallLatencies;
import io.grpcplatform.ChannelContributor;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.client.ClientProperties.Defaults;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
   * @param clock what times what reaches a running channel
   */
  record Parts(
      List<ClientFeature> features,
      List<ClientInterceptor> interceptors,
      List<ChannelContributor> contributors,
      List<GrpcChannelCustomizer> customizers,
      LiveSettings settings,
      CallLatencies latencies,
      CallClock clock) {

    ClientPipeline pipeline(String channel) {
      return ClientPipeline.of(channel, features, settings, latencies);
    }

    PushedConfig config(String channel) {
      return new PushedConfig(channel, () -> ConfigParts.merge(channel, contributors), clock);
    }
  }

  private final NameResolverRegistry resolvers;
  private final Supplier<Parts> parts;
  private final Map<String, PushedConfig> configs = new ConcurrentHashMap<>();
  private final Map<String, ClientPipeline> pipelines = new ConcurrentHashMap<>();

  ChannelFactory(NameResolverRegistry resolvers, Supplier<Parts> parts) {
    this.resolvers = resolvers;
    this.parts = parts;
  }

  /** What was put on every channel that was made. */
  Parts parts() {
    return parts.get();
  }

  /** The pipelines of the channels that were made, by their names. */
  Map<String, ClientPipeline> pipelines() {
    return pipelines;
  }

  /** The config of a channel that was made; null where it was not. */
  @Nullable PushedConfig config(String channel) {
    return configs.get(channel);
  }

  /** Fails where no channel could be built, such as when two features claim one stage. */
  void check(Collection<String> channels) {
    Parts from = parts.get();
    from.pipeline("");
    channels.forEach(from::config);
  }

  /** Lets what has changed reach the channels that were made. */
  void settingsChanged() {
    configs.values().forEach(PushedConfig::settingsChanged);
  }

  /** Lets nothing reach the channels that were made any more. */
  void close() {
    configs.values().forEach(PushedConfig::close);
    configs.clear();
  }

  ManagedChannel make(ChannelSettings settings) {
    Parts from = parts.get();
    String name = settings.name();
    ManagedChannelBuilder<?> builder = builder(settings.target());
    apply(settings.effective(), builder);
    ClientPipeline pipeline = from.pipeline(name);
    pipelines.put(name, pipeline);
    pipeline.install(builder, from.interceptors());
    PushedConfig config = configure(from, name, builder);
    tell(from, name, config.first());
    config.add(() -> tell(from, name, config.pushed()));
    from.contributors().forEach(contributor -> contributor.contribute(name, builder));
    from.customizers().forEach(customizer -> customizer.customize(name, builder));
    ManagedChannel made = builder.build();
    keep(name, config);
    from.contributors().forEach(contributor -> contributor.built(name, made));
    return made;
  }

  private static void tell(Parts from, String name, @Nullable Map<String, ?> config) {
    if (config != null) {
      from.contributors().forEach(contributor -> contributor.goesBy(name, config));
    }
  }

  /** A customizer's own default replaces ours, which is why ours is a default at first. */
  private static PushedConfig configure(Parts from, String name, ManagedChannelBuilder<?> builder) {
    PushedConfig config = from.config(name);
    if (!config.first().isEmpty()) {
      builder.defaultServiceConfig(config.first());
    }
    builder.setNameResolverArg(ConfiguredResolverProvider.CONFIG, config);
    return config;
  }

  private void keep(String name, PushedConfig config) {
    PushedConfig former = configs.put(name, config);
    if (former != null) {
      former.close();
    }
    // Settings may have changed since the first config was made.
    config.settingsChanged();
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
        .nameResolverFactory(new ConfiguredResolverProvider(new InProcessResolverProvider(name)))
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

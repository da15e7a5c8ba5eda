package io.grpcplatform.client;

import io.grpc.ClientInterceptor;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallLatencies;
import io.grpcplatform.CallTimes;
import io.grpcplatform.CalledServices;
import io.grpcplatform.ChannelContributor;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.Deployment;
import io.grpcplatform.KnownChannels;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.client.ChannelFactory.Parts;
import java.time.Duration;
import java.util.HashSet;
import java.util.ServiceLoader;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.StringUtils;
import org.springframework.util.function.SingletonSupplier;

/** Named channels and their injection. */
@AutoConfiguration(after = PlatformAutoConfiguration.class)
@EnableConfigurationProperties(ClientProperties.class)
public final class ClientAutoConfiguration {

  /** How long calls in flight may go on when the channels close. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Where nobody sets deadlines. */
  private static final CallTimes UNLIMITED =
      (key, method) -> new CallTimes.Limit(Duration.ZERO, "no feature sets deadlines");

  /** There also where the client is off, so that an injection point says what it misses. */
  @Bean
  static BeanFactoryPostProcessor grpcClientInjection() {
    return factory -> {
      if (factory instanceof DefaultListableBeanFactory beans) {
        beans.setAutowireCandidateResolver(
            new GrpcClientCandidateResolver(
                beans.getAutowireCandidateResolver(), beans.getBeanProvider(GrpcChannels.class)));
      }
    };
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnProperty(
      prefix = "platform.client",
      name = "enabled",
      havingValue = "true",
      matchIfMissing = true)
  @ConditionalOnMissingBean(GrpcChannels.class)
  static final class Channels {

    @Bean
    StaticNameResolverProvider grpcStaticNameResolverProvider() {
      return new StaticNameResolverProvider();
    }

    @Bean
    SharedChannels grpcChannels(
        ClientProperties properties,
        CalledServices called,
        ObjectProvider<NameResolverProvider> resolvers,
        ObjectProvider<ClientFeature> features,
        @GlobalClientInterceptor ObjectProvider<ClientInterceptor> interceptors,
        ObjectProvider<ChannelContributor> contributors,
        ObjectProvider<GrpcChannelCustomizer> customizers,
        LiveSettings settings,
        CallLatencies latencies,
        CallClock clock) {
      NameResolverRegistry registry = registry(resolvers);
      // Asked for with the first channel: one of these beans may itself inject a channel.
      SingletonSupplier<Parts> parts =
          SingletonSupplier.of(
              () ->
                  new Parts(
                      features.orderedStream().toList(),
                      interceptors.orderedStream().toList(),
                      contributors.orderedStream().toList(),
                      customizers.orderedStream().toList(),
                      settings,
                      latencies,
                      clock));
      ChannelFactory factory = new ChannelFactory(registry, () -> parts.obtain());
      settings.onChange(factory::settingsChanged);
      String inProcess = properties.inProcessName();
      Target.Reader targets =
          new Target.Reader(
              StringUtils.hasText(inProcess) ? inProcess : null,
              scheme -> registry.getProviderForScheme(scheme) != null);
      return new SharedChannels(properties, targets, factory, new StubFactories(called));
    }

    @Bean
    KnownChannels platformKnownChannels(ClientProperties properties) {
      return new KnownChannels(
          properties.channels().keySet(), StringUtils.hasText(properties.inProcessName()));
    }

    @Bean
    ChannelCheck platformChannelCheck(ClientProperties properties, SharedChannels channels) {
      return new ChannelCheck(properties, channels.settings());
    }

    @Bean
    ChannelNamesCheck platformChannelNamesCheck(KnownChannels channels) {
      return new ChannelNamesCheck(channels);
    }

    @Bean
    PlaintextCheck platformChannelPlaintextCheck(SharedChannels channels, Deployment deployment) {
      return new PlaintextCheck(channels.settings(), deployment);
    }

    @Bean
    WaitCheck platformWaitCheck(
        SharedChannels channels, CalledServices called, ObjectProvider<CallTimes> times) {
      return new WaitCheck(channels.settings(), called, times.getIfAvailable(() -> UNLIMITED));
    }

    @Bean
    ClientSection grpcClientSection(ClientProperties properties, SharedChannels channels) {
      return new ClientSection(properties, channels);
    }

    @Bean
    ClientLifecycle grpcClientLifecycle(SharedChannels channels) {
      return new ClientLifecycle(channels, PATIENCE);
    }

    /** On where Micrometer is there; Spring Boot hands it the registry. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "io.micrometer.core.instrument.binder.MeterBinder")
    static final class MetricsConfiguration {

      @Bean
      ClientMetrics platformClientMetrics() {
        return new ClientMetrics();
      }
    }

    /** Of this context alone: in gRPC's global registry two contexts would find each other's. */
    private static NameResolverRegistry registry(ObjectProvider<NameResolverProvider> resolvers) {
      NameResolverRegistry plain = new NameResolverRegistry();
      Set<String> schemes = new HashSet<>();
      NameResolverRegistry global = NameResolverRegistry.getDefaultRegistry();
      for (NameResolverProvider found : ServiceLoader.load(NameResolverProvider.class)) {
        NameResolverProvider usable = global.getProviderForScheme(found.getScheme());
        if (usable != null) {
          plain.register(usable);
          schemes.add(usable.getScheme());
        }
      }
      resolvers
          .orderedStream()
          .forEach(
              bean -> {
                plain.register(bean);
                schemes.add(bean.getScheme());
              });
      return configured(plain, schemes);
    }

    /** The provider of each scheme, with its channel's service config added to its answers. */
    private static NameResolverRegistry configured(
        NameResolverRegistry plain, Set<String> schemes) {
      NameResolverRegistry registry = new NameResolverRegistry();
      for (String scheme : schemes) {
        NameResolverProvider best = plain.getProviderForScheme(scheme);
        if (best != null) {
          registry.register(new ConfiguredResolverProvider(best));
        }
      }
      return registry;
    }
  }
}

package io.grpcplatform.server;

import io.grpcplatform.CallClock;
import io.grpcplatform.CallTimes;
import io.grpcplatform.CriticalCalls;
import io.grpcplatform.Deployment;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerPipeline;
import java.time.Duration;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/** Serves the application's {@code BindableService} beans. */
@AutoConfiguration(after = PlatformAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "platform.server.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ServerProperties.class)
public final class ServerAutoConfiguration {

  private static final String VIRTUAL_THREADS = "spring.threads.virtual.enabled";

  // Spring Boot's own default, which its auto-configuration sets.
  private static final Duration SHUTDOWN_PHASE = Duration.ofSeconds(30);

  @Bean
  EarlyHeaderRule platformEarlyHeaderRule(ServerProperties properties) {
    return new EarlyHeaderRule(
        properties.earlyHeaders().enabled(), properties.earlyHeaders().methods());
  }

  @Bean
  @ConditionalOnMissingBean
  ServerPipeline platformServerPipeline(
      ObjectProvider<ServerFeature> features, EarlyHeaderRule earlyHeaders, LiveSettings settings) {
    return ServerPipeline.of(features.orderedStream().toList(), earlyHeaders::early, settings);
  }

  @Bean
  Live<ServerProperties> platformServerSettings(ServerProperties start, LiveSettings settings) {
    return settings
        .add(ServerProperties.class, start)
        .only(ChangeableSettings.EXECUTOR::equals, ServerProperties::withExecutorOf)
        .check(next -> ChangeableSettings.check(start, next));
  }

  @Bean
  ServerExecutors platformServerExecutors(
      Live<ServerProperties> live,
      ConfigurableEnvironment environment,
      ObjectProvider<CriticalCalls> critical) {
    boolean virtual = environment.getProperty(VIRTUAL_THREADS, Boolean.class, false);
    ExecutorSettings settings = new ExecutorSettings(virtual);
    ServerExecutors executors =
        new ServerExecutors(
            settings.plans(live.get().executor()),
            critical.getIfAvailable(() -> CriticalCalls.NONE));
    live.check(next -> executors.check(settings.plans(next.executor())))
        .onChange(next -> executors.change(settings.plans(next.executor())));
    return executors;
  }

  @Bean
  ServerExecutorMetrics platformServerExecutorMetrics(ServerExecutors executors) {
    return new ServerExecutorMetrics(executors);
  }

  @Bean
  DrainTimes platformDrainTimes(ServerProperties properties, Environment environment) {
    return DrainTimes.of(
        properties.shutdown().drainDelay(),
        properties.shutdown().gracePeriod(),
        CloudPlatform.getActive(environment) == CloudPlatform.KUBERNETES,
        phase(environment));
  }

  private static Duration phase(Environment environment) {
    return Binder.get(environment)
        .bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class)
        .orElse(SHUTDOWN_PHASE);
  }

  @Bean
  ServerCheck platformServerCheck(
      ServerProperties properties,
      DrainTimes times,
      Deployment deployment,
      ObjectProvider<CallTimes> limits,
      ListableBeanFactory beans,
      Environment environment) {
    CallTimes unlimited = (key, method) -> new CallTimes.Limit(Duration.ZERO, "");
    return new ServerCheck(
        new ServerCheck.Facts(
            properties,
            times,
            phase(environment),
            () -> ServedServices.methods(beans),
            limits.getIfAvailable(() -> unlimited),
            beans.getBeanNamesForType(GrpcServerCustomizer.class, true, false).length > 0),
        deployment);
  }

  @Bean
  ServerAssembly platformServerAssembly(
      ServerProperties properties,
      ServerPipeline pipeline,
      EarlyHeaderRule earlyHeaders,
      ServerExecutors executors,
      ListableBeanFactory beans) {
    return new ServerAssembly(properties, pipeline, earlyHeaders, executors, beans);
  }

  @Bean
  ServerSection platformServerSection(
      ServerLifecycle lifecycle,
      ServerAssembly assembly,
      ServerPipeline pipeline,
      EarlyHeaderRule earlyHeaders,
      ServerExecutors executors,
      Live<ServerProperties> settings) {
    return new ServerSection(lifecycle, assembly, pipeline, earlyHeaders, executors, settings);
  }

  @Bean
  ServerLifecycle platformServerLifecycle(
      ServerAssembly assembly,
      DrainTimes times,
      DrainSignal signal,
      CallClock clock,
      ConfigurableEnvironment environment) {
    return new ServerLifecycle(
        assembly::start, new DrainOrder(signal, clock, times), signal, environment);
  }
}

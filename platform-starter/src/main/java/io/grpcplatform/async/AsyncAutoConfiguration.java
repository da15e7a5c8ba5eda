package io.grpcplatform.async;

import com.google.longrunning.OperationsGrpc;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpcplatform.LocalServices;
import io.grpcplatform.NamedChannels;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.SettingException;
import io.grpcplatform.WorkTraces;
import io.grpcplatform.async.DurableEngine.Application;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.jdbc.init.PlatformPlaceholderDatabaseDriverResolver;
import org.springframework.boot.jdbc.metadata.CompositeDataSourcePoolMetadataProvider;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadata;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.util.function.SingletonSupplier;

/** Durable calls, where the application has a database; and the key of a call, everywhere. */
@AutoConfiguration(
    after = PlatformAutoConfiguration.class,
    afterName = {
      "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration",
      "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
      "org.springframework.boot.autoconfigure.jdbc.DataSourceTransactionManagerAutoConfiguration",
      "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
      "org.springframework.boot.autoconfigure.orm.jpa.HibernateJpaAutoConfiguration",
      "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration"
    })
@ConditionalOnBooleanProperty(name = "platform.async.enabled", matchIfMissing = true)
@EnableConfigurationProperties(AsyncProperties.class)
public final class AsyncAutoConfiguration {

  @Bean
  IdempotencyServerInterceptor platformIdempotencyKeys() {
    return new IdempotencyServerInterceptor();
  }

  /** On where there is Spring's JDBC and one database to use. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(JdbcTemplate.class)
  @ConditionalOnSingleCandidate(DataSource.class)
  static final class DurableConfiguration {

    /** How long calls that run may go on when the application stops. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final String SCRIPTS = "classpath:io/grpcplatform/async/schema-@@platform@@.sql";

    @Bean
    @ConditionalOnMissingBean(name = "platformAsyncSchema")
    DataSourceScriptDatabaseInitializer platformAsyncSchema(
        DataSource dataSource, AsyncProperties properties) {
      DatabaseInitializationSettings settings = new DatabaseInitializationSettings();
      settings.setMode(properties.initializeSchema());
      return new DataSourceScriptDatabaseInitializer(dataSource, settings) {
        @Override
        public boolean initializeDatabase() {
          if (settings.getMode() == DatabaseInitializationMode.NEVER) {
            return false;
          }
          // Not before: the database is asked which it is.
          settings.setSchemaLocations(
              new PlatformPlaceholderDatabaseDriverResolver().resolveAll(dataSource, SCRIPTS));
          return super.initializeDatabase();
        }
      };
    }

    @Bean
    @DependsOnDatabaseInitialization
    DurableEngine platformDurableEngine(
        AsyncProperties properties,
        DataSource dataSource,
        ObjectProvider<PlatformTransactionManager> transactions,
        ObjectProvider<LocalServices> local,
        ObjectProvider<NamedChannels> channels,
        ObjectProvider<WorkTraces> traces,
        ObjectProvider<CallCarrier> carriers,
        ObjectProvider<DurableCallListener> listeners,
        ObjectProvider<AsyncWatch> watch,
        Environment environment) {
      LocalServices services = local.getIfAvailable();
      CallCarrier carrier = carriers.getIfUnique();
      PlatformTransactionManager own = transactions.getIfUnique();
      WorkTraces text = traces.getIfUnique(() -> Untraced.WORK);
      Supplier<List<DurableCallListener>> told =
          SingletonSupplier.of(() -> listeners.orderedStream().toList());
      return new DurableEngine(
          properties,
          new Application(
              new CallRows(new JdbcTemplate(dataSource)),
              new CallTransactions(own == null ? new JdbcTransactionManager(dataSource) : own),
              new CallPlaces(services, channels.getIfUnique(), text, carrier != null),
              text,
              () -> told.get(),
              System::currentTimeMillis,
              () -> UUID.randomUUID().toString(),
              new Random(),
              carrier == null ? null : route(carrier, services, properties, environment)),
          watch.getIfAvailable(() -> AsyncWatch.NONE));
    }

    private static CarriedCalls.Route route(
        CallCarrier carrier,
        @Nullable LocalServices services,
        AsyncProperties properties,
        Environment environment) {
      AsyncProperties.Carried carried = properties.carried();
      String application =
          carried.application() == null
              ? environment.getProperty("spring.application.name")
              : carried.application();
      if (application == null || !application.matches("[A-Za-z0-9._-]{1,100}")) {
        throw SettingException.of(
            AsyncProperties.PREFIX + "carried.application",
            application,
            "letters, digits, dots, dashes and underscores, here or in spring.application.name",
            "orders");
      }
      // Whoever has no workers leaves calls to those who have.
      Supplier<Set<String>> served =
          () ->
              services == null || properties.workers() == 0
                  ? Set.of()
                  : services.methods().stream()
                      .filter(method -> method.getType() == MethodDescriptor.MethodType.UNARY)
                      .map(MethodDescriptor::getServiceName)
                      .filter(Objects::nonNull)
                      .collect(Collectors.toSet());
      return new CarriedCalls.Route(
          carrier,
          Envelope.REPLIES + application,
          served,
          carried.sendTimeout(),
          carried.resendAfter());
    }

    @Bean
    @ConditionalOnMissingBean
    DurableCalls platformDurableCalls(DurableEngine engine) {
      return engine.calls();
    }

    @Bean
    AsyncSection platformAsyncSection(DurableEngine engine, ObjectProvider<CallCarrier> carriers) {
      CallCarrier carrier = carriers.getIfUnique();
      return new AsyncSection(engine, carrier == null ? "database" : carrier.name());
    }

    @Bean
    PoolCheck platformAsyncPoolCheck(
        AsyncProperties properties,
        DataSource dataSource,
        ObjectProvider<DataSourcePoolMetadataProvider> pools) {
      return new PoolCheck(
          properties.workers(),
          () -> {
            DataSourcePoolMetadata pool =
                new CompositeDataSourcePoolMetadataProvider(pools.orderedStream().toList())
                    .getDataSourcePoolMetadata(dataSource);
            return pool == null ? null : pool.getMax();
          });
    }

    /** Beside the application's own services only: alone it would open a port. */
    @Bean
    @ConditionalOnBean(BindableService.class)
    @ConditionalOnMissingBean(OperationsGrpc.OperationsImplBase.class)
    @ConditionalOnBooleanProperty(name = "platform.async.operations.enabled", matchIfMissing = true)
    OperationsService platformOperations(DurableCalls calls, DurableEngine engine) {
      return new OperationsService(calls, engine.lists(), engine.answering());
    }

    @Bean
    AsyncLifecycle platformAsyncLifecycle(DurableEngine engine) {
      return new AsyncLifecycle(engine, PATIENCE);
    }

    /** On where Micrometer is there; Spring Boot hands it the registry. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "io.micrometer.core.instrument.binder.MeterBinder")
    static final class MetricsConfiguration {

      @Bean
      AsyncMetrics platformAsyncMetrics() {
        return new AsyncMetrics();
      }

      @Bean
      AsyncGaugeMetrics platformAsyncGaugeMetrics(AsyncMetrics metrics, DurableEngine engine) {
        return new AsyncGaugeMetrics(metrics, engine);
      }
    }
  }
}

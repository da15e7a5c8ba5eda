package io.grpcplatform.startup;

import com.zaxxer.hikari.HikariDataSource;
import io.github.resilience4j.springboot3.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration;
import io.grpcplatform.StartupCheck.Finding;
import io.grpcplatform.client.GrpcClient;
import io.grpcplatform.test.shop.v1.PricesGrpc;
import io.grpcplatform.test.v1.StockServiceGrpc.StockServiceBlockingStub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.boot.jdbc.metadata.HikariDataSourcePoolMetadata;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.ClassUtils;

/** An application that serves prices and asks another one for its stock, with every feature on. */
@Configuration(proxyBeanMethods = false)
class Shop {

  @Bean
  PricesGrpc.PricesImplBase prices() {
    return new PricesGrpc.PricesImplBase() {};
  }

  @Bean
  String stockCaller(@GrpcClient("stock") StockServiceBlockingStub stock) {
    return stock.getClass().getName();
  }

  @Bean
  @ConditionalOnProperty("platform.async.workers")
  HikariDataSource database() {
    HikariDataSource database = new HikariDataSource();
    database.setJdbcUrl("jdbc:h2:mem:shop");
    return database;
  }

  @Bean
  @ConditionalOnProperty("platform.async.workers")
  DataSourcePoolMetadataProvider pool() {
    return source -> new HikariDataSourcePoolMetadata((HikariDataSource) source);
  }

  /** The application with these settings, the last of which win. */
  static ApplicationContextRunner with(Map<String, Object> settings) {
    return new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(everyFeature()))
        .withUserConfiguration(Shop.class)
        .withInitializer(
            context ->
                context
                    .getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource("given", settings)))
        .withPropertyValues(
            "platform.server.port=0",
            "platform.client.channels.stock.target=dns:///localhost:1",
            "platform.server.shutdown.drain-delay=0s");
  }

  private static Class<?>[] everyFeature() {
    ClassLoader loader = Shop.class.getClassLoader();
    Stream<Class<?>> ours =
        ImportCandidates.load(AutoConfiguration.class, loader).getCandidates().stream()
            .filter(name -> name.startsWith("io.grpcplatform."))
            .map(name -> ClassUtils.resolveClassName(name, loader));
    return Stream.concat(ours, Stream.of(CircuitBreakerAutoConfiguration.class))
        .toArray(Class<?>[]::new);
  }

  static List<Finding> findings(ApplicationContext context) {
    return context.getBean(StartupFindings.class).last();
  }

  /** The settings that a text in YAML holds. */
  static Map<String, Object> yaml(String text) {
    Map<String, Object> settings = new LinkedHashMap<>();
    try {
      for (PropertySource<?> source :
          new YamlPropertySourceLoader()
              .load("yaml", new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)))) {
        for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
          settings.put(name, String.valueOf(source.getProperty(name)));
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return settings;
  }
}

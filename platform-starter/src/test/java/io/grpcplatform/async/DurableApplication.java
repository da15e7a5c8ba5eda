package io.grpcplatform.async;

import com.google.longrunning.Operation;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** An application with a database, the ledger's service on loopback, and durable calls. */
final class DurableApplication implements AutoCloseable {

  /** What has a database; the brokers stay out. */
  private static final String EXCLUDED =
      "spring.autoconfigure.exclude="
          + "org.springframework.boot.autoconfigure.amqp.RabbitAutoConfiguration,"
          + "org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration,"
          + "org.springframework.boot.autoconfigure.data.redis.RedisReactiveAutoConfiguration,"
          + "org.springframework.boot.autoconfigure.kafka.KafkaAutoConfiguration";

  final ConfigurableApplicationContext context;

  private DurableApplication(ConfigurableApplicationContext context) {
    this.context = context;
  }

  static DurableApplication on(String url, String... properties) {
    return of(url, List.of(Serving.class), properties);
  }

  static DurableApplication of(String url, List<Class<?>> sources, String... properties) {
    List<String> all =
        new ArrayList<>(
            List.of(
                EXCLUDED,
                "spring.datasource.url=" + url,
                "spring.main.banner-mode=off",
                "platform.server.port=0",
                "platform.server.address=127.0.0.1",
                "platform.async.initialize-schema=always",
                "platform.async.retry.initial-backoff=10ms",
                "platform.async.poll-interval=200ms"));
    all.addAll(List.of(properties));
    // As arguments: they win over the tests' own application.properties.
    return new DurableApplication(
        new SpringApplicationBuilder(sources.toArray(new Class<?>[0]))
            .web(WebApplicationType.NONE)
            .run(all.stream().map(each -> "--" + each).toArray(String[]::new)));
  }

  /** Serves the ledger. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Serving {
    @Bean
    Ledger ledger(JdbcTemplate jdbc) {
      return new Ledger(jdbc);
    }
  }

  /** Serves nothing. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Submitting {}

  DurableCalls calls() {
    return context.getBean(DurableCalls.class);
  }

  Ledger ledger() {
    return context.getBean(Ledger.class);
  }

  DurableEngine engine() {
    return context.getBean(DurableEngine.class);
  }

  JdbcTemplate jdbc() {
    return context.getBean(JdbcTemplate.class);
  }

  TransactionTemplate transactions() {
    return new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
  }

  int port() {
    return context.getEnvironment().getRequiredProperty("local.grpc.port", int.class);
  }

  Operation submit(String text) {
    return submit(text, SubmitOptions.NONE);
  }

  Operation submit(String text, SubmitOptions options) {
    return calls()
        .submit(
            EchoServiceGrpc.getUnaryMethod(),
            EchoRequest.newBuilder().setText(text).build(),
            options);
  }

  /** Waits for the end of a call. */
  Operation ended(Operation operation)
      throws InterruptedException, ExecutionException, TimeoutException {
    return calls().completion(operation.getName()).toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  /** How many rows there are. */
  int rows(String where) {
    Integer rows =
        jdbc()
            .queryForObject(
                "SELECT COUNT(*) FROM platform_async_call WHERE " + where, Integer.class);
    return rows == null ? 0 : rows;
  }

  @Override
  public void close() {
    context.close();
  }
}

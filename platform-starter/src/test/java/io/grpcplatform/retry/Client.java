package io.grpcplatform.retry;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.client.ClientAutoConfiguration;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.test.v1.StockServiceGrpc;
import io.grpcplatform.test.v1.StockServiceGrpc.StockServiceBlockingStub;
import io.grpcplatform.test.v1.StockServiceGrpc.StockServiceFutureStub;
import java.util.concurrent.Callable;
import org.springframework.boot.actuate.autoconfigure.metrics.MetricsAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** An application that calls backends through the starter's channels. */
final class Client {

  private final ApplicationContext context;

  Client(ApplicationContext context) {
    this.context = context;
  }

  /** An application with this feature and short pauses. */
  static ApplicationContextRunner runner(String... properties) {
    return new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(
                PlatformAutoConfiguration.class,
                ClientAutoConfiguration.class,
                MetricsAutoConfiguration.class,
                RetryAutoConfiguration.class))
        .withPropertyValues("platform.retry.initial-backoff=1ms", "platform.retry.max-backoff=5ms")
        .withPropertyValues(properties);
  }

  /** The property that leads the channel {@code stock} to a backend. */
  static String to(Stock stock) {
    return "platform.client.channels.stock.target=" + stock.target();
  }

  GrpcChannels channels() {
    return context.getBean(GrpcChannels.class);
  }

  StockServiceBlockingStub stub() {
    return channels().stub("stock", StockServiceBlockingStub.class);
  }

  StockServiceFutureStub futureStub(String channel) {
    return channels().stub(channel, StockServiceFutureStub.class);
  }

  /** A stub that the starter has not made and does not know of. */
  StockServiceBlockingStub bareStub() {
    return StockServiceGrpc.newBlockingStub(channels().channel("stock"));
  }

  /** How a call failed. */
  static StatusRuntimeException failureOf(Callable<?> call) {
    try {
      Object answer = call.call();
      throw new AssertionError("answered with " + answer);
    } catch (StatusRuntimeException failed) {
      return failed;
    } catch (Exception other) {
      throw new AssertionError(other);
    }
  }

  static Status.Code codeOf(Callable<?> call) {
    return failureOf(call).getStatus().getCode();
  }
}

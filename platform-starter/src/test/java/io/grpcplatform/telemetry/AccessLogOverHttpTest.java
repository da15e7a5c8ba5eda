package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.server.GrpcServerCustomizer;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The access log of a running application, changed as an operator's curl changes it. */
final class AccessLogOverHttpTest {

  private static final String LOGGER = AccessLog.class.getName();
  private static final String LINE = "server platform.test.v1.EchoService/Unary OK after ";

  private final HttpClient http = HttpClient.newHttpClient();
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(event.getFormattedMessage());
        }
      };
  private ConfigurableApplicationContext application;
  private ManagedChannel channel;

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {
    @Bean
    EchoBehaviour echo() {
      return new EchoBehaviour();
    }

    @Bean
    Semaphore ended() {
      return new Semaphore(0);
    }

    /** Runs after the pipeline's own tracer, which writes the line. */
    @Bean
    GrpcServerCustomizer calls(Semaphore ended) {
      return builder ->
          builder.addStreamTracerFactory(
              new ServerStreamTracer.Factory() {
                @Override
                public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
                  return new ServerStreamTracer() {
                    @Override
                    public void streamClosed(Status status) {
                      ended.release();
                    }
                  };
                }
              });
    }
  }

  @BeforeEach
  void start() {
    application =
        new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.SERVLET)
            .run(
                "--server.port=0",
                "--platform.server.port=0",
                "--platform.live.actuator.write=true",
                "--platform.telemetry.access-log.mode=all",
                "--logging.level." + LOGGER + "=off",
                "--management.endpoints.web.exposure.include=loggers,grpcsettings",
                "--spring.main.banner-mode=off");
    int port = application.getEnvironment().getRequiredProperty("local.grpc.port", Integer.class);
    channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    appender.start();
    ((Logger) LoggerFactory.getLogger(LOGGER)).addAppender(appender);
  }

  @AfterEach
  void stop() throws InterruptedException {
    Logger logger = (Logger) LoggerFactory.getLogger(LOGGER);
    logger.detachAppender(appender);
    channel.shutdownNow();
    assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    application.close();
    logger.setLevel(null);
  }

  private void post(String path, String body, int status) throws Exception {
    String port = application.getEnvironment().getRequiredProperty("local.server.port");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/" + path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(status);
  }

  private void level(String level) throws Exception {
    post("loggers/" + LOGGER, "{\"configuredLevel\": \"" + level + "\"}", 204);
  }

  private void set(String yaml) throws Exception {
    post("grpcsettings", "{\"set\": \"" + yaml + "\"}", 200);
  }

  /** Calls, and waits until the server has written its line or not. */
  private void call() throws InterruptedException {
    EchoServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .unary(EchoRequest.newBuilder().setText("hello").build());
    assertThat(application.getBean(Semaphore.class).tryAcquire(30, TimeUnit.SECONDS)).isTrue();
  }

  private void assertLine() {
    assertThat(lines).singleElement().asString().startsWith(LINE);
    lines.clear();
  }

  @Test
  void levelOfTheLoggerIsChangedWhileItRuns() throws Exception {
    call();
    assertThat(lines).isEmpty();

    level("INFO");
    call();
    assertLine();

    level("OFF");
    call();
    assertThat(lines).isEmpty();
  }

  @Test
  void samplingThresholdAndMethodsChangeWhileItRuns() throws Exception {
    level("INFO");
    String setting = "platform.telemetry.access-log.";

    set(setting + "sampling: 0.0");
    call();
    assertThat(lines).isEmpty();

    set(setting + "slow: 1ns");
    call();
    assertLine();

    set(setting + "methods[platform.test.v1.EchoService/*].mode: off");
    call();
    assertThat(lines).isEmpty();

    set(setting + "methods[platform.test.v1.EchoService/Unary].mode: failures");
    call();
    assertLine();
  }
}

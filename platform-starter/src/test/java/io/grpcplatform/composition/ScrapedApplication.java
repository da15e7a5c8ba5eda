package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Loopback;
import io.grpcplatform.Refusal;
import io.grpcplatform.client.GrpcClient;
import io.grpcplatform.stream.Sessions;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceStub;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A whole application with a web server for Prometheus, between a bare client and a bare backend,
 * that has seen calls end in every way that the dashboard shows. A stream is alive on each side.
 */
final class ScrapedApplication implements AutoCloseable {

  private static final String METHOD = "[platform.test.v1.EchoService/%s]";

  private final Loopback backend = Loopback.serving(new EchoBehaviour());
  private final ConfigurableApplicationContext context = start(backend.port());
  private final ManagedChannel caller =
      NettyChannelBuilder.forAddress("127.0.0.1", property("local.grpc.port"))
          .usePlaintext()
          .build();

  ScrapedApplication() throws Exception {
    converse(EchoServiceGrpc.newStub(caller));
    converse(context.getBean(Calls.class).streams());
    OneSession.hold(context.getBean(Sessions.class), caller);
    serve();
    call();
    // The collector's meters come with its first pause.
    System.gc();
  }

  private static ConfigurableApplicationContext start(int backend) {
    return new SpringApplicationBuilder(App.class)
        .web(WebApplicationType.SERVLET)
        .registerShutdownHook(false)
        .run(
            "--server.port=0",
            "--spring.main.banner-mode=off",
            "--spring.application.name=echo",
            // A database for durable calls, and no brokers.
            "--spring.autoconfigure.exclude="
                + "org.springframework.boot.autoconfigure.amqp.RabbitAutoConfiguration,"
                + "org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration,"
                + "org.springframework.boot.autoconfigure.data.redis.RedisReactiveAutoConfiguration,"
                + "org.springframework.boot.autoconfigure.kafka.KafkaAutoConfiguration",
            "--spring.datasource.url=jdbc:h2:mem:scraped",
            "--management.endpoints.web.exposure.include=prometheus",
            "--platform.server.port=0",
            "--platform.lifecycle.stream-spread=0s",
            "--platform.client.channels.payment.target=127.0.0.1:" + backend,
            "--platform.retry.methods" + METHOD.formatted("Unary") + ".codes=unknown",
            "--platform.retry.methods" + METHOD.formatted("Unary") + ".initial-backoff=1ms",
            "--platform.ratelimit.server.methods" + METHOD.formatted("ClientStream") + ".rate=1/h",
            "--platform.ratelimit.server.methods" + METHOD.formatted("ClientStream") + ".burst=1",
            // Nobody listens on port 1: limits that are to be shared, and cannot be.
            "--platform.ratelimit.redis.url=redis://127.0.0.1:1",
            "--resilience4j.circuitbreaker.configs.grpc.minimum-number-of-calls=3",
            "--resilience4j.circuitbreaker.configs.grpc.sliding-window-size=3");
  }

  /** What others ask of this application. */
  private void serve() {
    EchoServiceBlockingStub stub = EchoServiceGrpc.newBlockingStub(caller);
    assertThat(stub.withDeadlineAfter(1, TimeUnit.MINUTES).unary(saying("hello")).getText())
        .isEqualTo("hello");
    failure(stub, "throw");
    assertThat(failure(stub, "error").getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(failure(stub.withDeadlineAfter(50, TimeUnit.MILLISECONDS), "silence").getStatus())
        .extracting(Status::getCode)
        .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    stub.serverStream(saying("hello")).forEachRemaining(answer -> {});
    uploadTwice();
  }

  /** The second upload is one more than the limit lets in. */
  private void uploadTwice() {
    for (int i = 0; i < 2; i++) {
      Answers answers = new Answers();
      EchoServiceGrpc.newStub(caller).clientStream(answers).onCompleted();
      answers.next();
    }
  }

  /** What this application asks of its backend, until the breaker opens. */
  private void call() {
    EchoServiceBlockingStub stub = context.getBean(Calls.class).unary();
    stub.unary(saying("hello"));
    StatusRuntimeException last = failure(stub, "throw");
    for (int i = 0; i < 3; i++) {
      last = failure(stub, "throw");
    }
    assertThat(Refusal.reasonOf(last.getTrailers())).isEqualTo(Refusal.Reason.CIRCUIT_OPEN);
  }

  /** One message each way on a stream that stays open. */
  private static void converse(EchoServiceStub stub) {
    Answers answers = new Answers();
    stub.bidi(answers).onNext(saying("hello"));
    assertThat(answers.next()).isEqualTo("hello");
  }

  private static StatusRuntimeException failure(EchoServiceBlockingStub stub, String text) {
    StatusRuntimeException failure =
        catchThrowableOfType(StatusRuntimeException.class, () -> stub.unary(saying(text)));
    assertThat(failure).as(text).isNotNull();
    return failure;
  }

  private static EchoRequest saying(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }

  Scrape scrape() throws Exception {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(address())).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    return Scrape.parse(response.body());
  }

  private String address() {
    return "http://127.0.0.1:" + property("local.server.port") + "/actuator/prometheus";
  }

  private int property(String name) {
    return context.getEnvironment().getRequiredProperty(name, Integer.class);
  }

  @Override
  public void close() throws InterruptedException {
    caller.shutdownNow();
    context.close();
    backend.close();
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class App {

    @Bean
    EchoBehaviour echo() {
      return new EchoBehaviour();
    }

    @Bean
    OneSession sessions(Sessions sessions) {
      return new OneSession(sessions);
    }

    @Bean
    Calls calls(
        @GrpcClient("payment") EchoServiceBlockingStub unary,
        @GrpcClient("payment") EchoServiceStub streams) {
      return new Calls(unary, streams);
    }
  }

  record Calls(EchoServiceBlockingStub unary, EchoServiceStub streams) {}

  /** What came back on a stream, an error by its words. */
  private static final class Answers implements StreamObserver<EchoResponse> {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    String next() {
      try {
        String next = heard.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("an answer on the stream").isNotNull();
        return next;
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }

    @Override
    public void onNext(EchoResponse response) {
      heard.add(response.getText());
    }

    @Override
    public void onError(Throwable failed) {
      heard.add(failed.getMessage());
    }

    @Override
    public void onCompleted() {
      heard.add("completed");
    }
  }
}

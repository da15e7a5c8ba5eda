package io.grpcplatform.composition;

import io.grpc.Attributes;
import io.grpc.Channel;
import io.grpc.EquivalentAddressGroup;
import io.grpc.Metadata;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.server.GrpcServerCustomizer;
import io.grpcplatform.stream.Sessions;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.StockServiceGrpc;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * A whole application that calls itself over loopback, with every feature that has meters, and what
 * a scraper reads from its {@code /actuator/prometheus}. Its calls are all sampled.
 */
public final class LiveScrape implements AutoCloseable {

  /** As a Prometheus that wants exemplars asks. */
  public static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0";

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();
  private static final String TAKE = "[platform.test.v1.StockService/Take]";

  private final ConfigurableApplicationContext context;
  private final HttpClient http = HttpClient.newHttpClient();

  private LiveScrape(ConfigurableApplicationContext context) {
    this.context = context;
  }

  /** Starts it; {@code properties} come before its own. */
  public static LiveScrape start(String... properties) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--platform.server.port=0",
                "--platform.server.address=127.0.0.1",
                "--platform.client.channels.self.target=self:///",
                "--platform.client.channels.refused.target=self:///",
                "--platform.bulkhead.channels.self.max-concurrent=1000",
                "--platform.deadline.adaptive.mode=observe",
                "--platform.ratelimit.server.methods" + TAKE + ".rate=1/h",
                "--platform.ratelimit.server.methods" + TAKE + ".burst=1",
                "--management.endpoints.web.exposure.include=*",
                "--management.tracing.sampling.probability=1.0"));
    for (String property : properties) {
      arguments.add("--" + property);
    }
    return new LiveScrape(
        new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.SERVLET)
            .registerShutdownHook(false)
            .run(arguments.toArray(String[]::new)));
  }

  public ConfigurableApplicationContext context() {
    return context;
  }

  public MeterRegistry registry() {
    return context.getBean(MeterRegistry.class);
  }

  /** Where the application serves gRPC. */
  public int port() {
    return context.getEnvironment().getRequiredProperty("local.grpc.port", int.class);
  }

  /** The application's own channel to itself, with every feature on both ends. */
  public Channel channel() {
    return context.getBean(GrpcChannels.class).channel("self");
  }

  /** Makes calls of each kind, one of them with a deadline, one refused, one failed. */
  public LiveScrape talk() throws Exception {
    // A channel tries again what was known of its services when it was made.
    var stock =
        context
            .getBean(GrpcChannels.class)
            .stub("self", StockServiceGrpc.StockServiceBlockingStub.class);
    EchoServiceGrpc.newBlockingStub(channel()).unary(HELLO);
    EchoServiceGrpc.newBlockingStub(channel()).serverStream(HELLO).forEachRemaining(response -> {});
    bidi();
    stock.look(HELLO);
    for (int i = 0; i < 2; i++) {
      try {
        stock.take(HELLO);
      } catch (StatusRuntimeException refused) {
        // The second is one too many.
      }
    }
    OneSession.hold(context.getBean(Sessions.class), channel());
    awaitEnded(7);
    return this;
  }

  /** Waits until that many more served calls have ended and are counted. */
  public void awaitEnded(int calls) throws InterruptedException {
    if (!context.getBean(Ended.class).calls.tryAcquire(calls, 60, TimeUnit.SECONDS)) {
      throw new AssertionError("Not all of " + calls + " calls ended");
    }
  }

  private void bidi() throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    StreamObserver<EchoRequest> requests =
        EchoServiceGrpc.newStub(channel())
            .bidi(
                new StreamObserver<>() {
                  @Override
                  public void onNext(EchoResponse response) {}

                  @Override
                  public void onError(Throwable failed) {
                    over.countDown();
                  }

                  @Override
                  public void onCompleted() {
                    over.countDown();
                  }
                });
    requests.onNext(HELLO);
    requests.onCompleted();
    if (!over.await(10, TimeUnit.SECONDS)) {
      throw new AssertionError("The stream did not end");
    }
  }

  /** What a scraper reads, in Prometheus' own text form. */
  public String text() throws IOException, InterruptedException {
    return text("text/plain");
  }

  /** What a scraper reads that accepts {@code form}. */
  public String text(String form) throws IOException, InterruptedException {
    int port = context.getEnvironment().getRequiredProperty("local.server.port", int.class);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/prometheus"))
            .header("Accept", form)
            .build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new AssertionError(response.statusCode() + ": " + response.body());
    }
    return response.body();
  }

  /** Every series of a scrape, name and labels without the value. */
  public Set<String> series() throws IOException, InterruptedException {
    Set<String> series = new TreeSet<>();
    text()
        .lines()
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .forEach(line -> series.add(line.substring(0, line.lastIndexOf(' '))));
    return series;
  }

  /** Every name of a scrape, as a query would use it. */
  public Set<String> names() throws IOException, InterruptedException {
    Set<String> names = new TreeSet<>();
    for (String series : series()) {
      int labels = series.indexOf('{');
      names.add(labels < 0 ? series : series.substring(0, labels));
    }
    return names;
  }

  /** What a query would call a meter, one of its series where it has several. */
  public String scraped(Meter.Id meter) {
    String name =
        registry()
            .config()
            .namingConvention()
            .name(meter.getName(), meter.getType(), meter.getBaseUnit());
    return switch (meter.getType()) {
      case TIMER -> name + "_count";
      case COUNTER -> name + "_total";
      default -> name;
    };
  }

  @Override
  public void close() {
    context.close();
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {

    @Bean
    EchoBehaviour echo() {
      return new EchoBehaviour();
    }

    @Bean
    StockServiceGrpc.StockServiceImplBase stock() {
      return new Stock();
    }

    @Bean
    OneSession sessions(Sessions sessions) {
      return new OneSession(sessions);
    }

    @Bean
    Ended ended() {
      return new Ended();
    }

    @Bean
    GrpcServerCustomizer tellEnds(Ended ended) {
      return builder -> builder.addStreamTracerFactory(ended);
    }

    @Bean
    NameResolverProvider self(Environment environment) {
      return new SelfResolverProvider(
          () -> environment.getRequiredProperty("local.grpc.port", int.class));
    }
  }

  /** Counts the calls that have ended; it hears of the end behind the platform's own tracer. */
  private static final class Ended extends ServerStreamTracer.Factory {

    private final Semaphore calls = new Semaphore(0);

    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
      return new ServerStreamTracer() {
        @Override
        public void streamClosed(Status status) {
          calls.release();
        }
      };
    }
  }

  private static final class Stock extends StockServiceGrpc.StockServiceImplBase {
    @Override
    public void look(EchoRequest request, StreamObserver<EchoResponse> response) {
      answer(request, response);
    }

    @Override
    public void take(EchoRequest request, StreamObserver<EchoResponse> response) {
      answer(request, response);
    }

    private static void answer(EchoRequest request, StreamObserver<EchoResponse> response) {
      response.onNext(EchoResponse.newBuilder().setText(request.getText()).build());
      response.onCompleted();
    }
  }

  /** The scheme {@code self:}, which is wherever this application serves once it does. */
  private static final class SelfResolverProvider extends NameResolverProvider {

    private final IntSupplier port;

    SelfResolverProvider(IntSupplier port) {
      this.port = port;
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
      return new NameResolver() {
        @Override
        public String getServiceAuthority() {
          return "localhost";
        }

        @Override
        public void start(Listener2 listener) {
          var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port.getAsInt());
          listener.onResult(
              ResolutionResult.newBuilder()
                  .setAddressesOrError(
                      StatusOr.fromValue(List.of(new EquivalentAddressGroup(address))))
                  .setAttributes(Attributes.EMPTY)
                  .build());
        }

        @Override
        public void shutdown() {}
      };
    }

    @Override
    public String getDefaultScheme() {
      return "self";
    }

    @Override
    protected boolean isAvailable() {
      return true;
    }

    @Override
    protected int priority() {
      return 5;
    }
  }
}

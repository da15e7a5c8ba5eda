package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.client.ClientAutoConfiguration;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.retry.RetryAutoConfiguration;
import io.grpcplatform.telemetry.TelemetryAutoConfiguration;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.StockServiceGrpc;
import io.grpcplatform.test.v1.StockServiceGrpc.StockServiceBlockingStub;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What the span of a call shows of its attempts. */
final class AttemptEventsTest {

  private static final EchoRequest REQUEST = EchoRequest.newBuilder().setText("hello").build();
  private static final String LOOK = "platform.test.v1.StockService/Look";

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private final List<SpanData> ended = new ArrayList<>();

  @Test
  void aRetriedCallShowsEachAttempt() throws IOException {
    AtomicInteger arrived = new AtomicInteger();
    serving(
        (request, response) -> {
          if (arrived.incrementAndGet() < 3) {
            response.onError(Status.UNAVAILABLE.asException());
          } else {
            answer(response);
          }
        },
        port -> {
          look(Sampler.alwaysOn(), port);

          assertThat(events())
              .containsExactly(
                  event("original", 0, false), event("retry", 1, false), event("retry", 2, false));
        });
  }

  @Test
  void aHedgedCallShowsEachAttempt() throws IOException {
    AtomicInteger arrived = new AtomicInteger();
    serving(
        (request, response) -> {
          if (arrived.incrementAndGet() > 1) {
            answer(response);
          }
        },
        port -> {
          look(Sampler.alwaysOn(), port, "platform.retry.hedging.methods[" + LOOK + "].delay=5ms");

          assertThat(events())
              .containsExactly(event("original", 0, false), event("hedge", 1, false));
        });
  }

  @Test
  void anAttemptThatNoServerSawIsTransparent() throws IOException {
    try (RefusingBackend backend = new RefusingBackend()) {
      Status.Code code = look(Sampler.alwaysOn(), backend.port());

      assertThat(code).isEqualTo(Status.Code.NOT_FOUND);
      assertThat(events())
          .containsExactly(event("original", 0, false), event("transparent", 0, true));
    }
  }

  @Test
  void aCallThatIsNotSampledShowsNothing() throws IOException {
    serving(
        (request, response) -> answer(response),
        port -> {
          Status.Code code = look(Sampler.alwaysOff(), port);

          assertThat(code).isEqualTo(Status.Code.OK);
          assertThat(ended).isEmpty();
        });
  }

  private List<Attributes> events() {
    assertThat(ended).hasSize(1);
    SpanData span = ended.get(0);
    assertThat(span.getEvents()).allMatch(event -> event.getName().equals("attempt"));
    return span.getEvents().stream().map(EventData::getAttributes).toList();
  }

  private static Attributes event(String kind, long previous, boolean transparent) {
    return Attributes.of(
        AttributeKey.stringKey("kind"),
        kind,
        AttributeKey.longKey("previous-rpc-attempts"),
        previous,
        AttributeKey.booleanKey("transparent-retry"),
        transparent);
  }

  /** How a call ends; its span has ended then. */
  private Status.Code look(Sampler sampler, int port, String... properties) {
    OpenTelemetrySdk telemetry =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .setSampler(sampler)
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build();
    Status.Code[] code = {Status.Code.OK};
    new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(
                PlatformAutoConfiguration.class,
                ClientAutoConfiguration.class,
                RetryAutoConfiguration.class,
                TelemetryAutoConfiguration.class))
        .withPropertyValues("platform.client.channels.stock.target=static://127.0.0.1:" + port)
        .withPropertyValues("platform.retry.initial-backoff=1ms", "platform.retry.max-backoff=5ms")
        .withPropertyValues(properties)
        .withBean(OpenTelemetry.class, () -> telemetry)
        .run(
            context -> {
              var stub =
                  context.getBean(GrpcChannels.class).stub("stock", StockServiceBlockingStub.class);
              try {
                stub.look(REQUEST);
              } catch (StatusRuntimeException failed) {
                code[0] = failed.getStatus().getCode();
              }
              // Closing the context closes the exporter, which forgets what it has.
              ended.addAll(exporter.getFinishedSpanItems());
            });
    return code[0];
  }

  /** A test of one backend. */
  private interface Calling {
    void backend(int port);
  }

  private static void serving(
      BiConsumer<EchoRequest, StreamObserver<EchoResponse>> answer, Calling test)
      throws IOException {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                new StockServiceGrpc.StockServiceImplBase() {
                  @Override
                  public void look(EchoRequest request, StreamObserver<EchoResponse> response) {
                    answer.accept(request, response);
                  }
                })
            .build()
            .start();
    try {
      test.backend(server.getPort());
    } finally {
      server.shutdownNow();
    }
  }

  private static void answer(StreamObserver<EchoResponse> response) {
    response.onNext(EchoResponse.getDefaultInstance());
    response.onCompleted();
  }
}

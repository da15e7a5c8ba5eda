package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application with OpenTelemetry's OTLP exporter beside the starter, and a receiver. */
final class OtlpExportTest {

  private final BlockingQueue<Span> received = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> services = new LinkedBlockingQueue<>();
  private HttpServer receiver;

  @BeforeEach
  void receive() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext("/v1/traces", this::take);
    receiver.start();
  }

  @AfterEach
  void stop() {
    receiver.stop(0);
  }

  @Test
  void spansOfACallArriveWithTheirAttributes() throws Exception {
    try (ConfigurableApplicationContext app =
        start(
            "--management.otlp.tracing.endpoint=http://127.0.0.1:"
                + receiver.getAddress().getPort()
                + "/v1/traces")) {
      call(app);
    }

    Map<SpanKind, Span> spans = spans();
    Span server = spans.get(SpanKind.SPAN_KIND_SERVER);
    Span client = spans.get(SpanKind.SPAN_KIND_CLIENT);
    assertThat(server.getTraceId()).isEqualTo(client.getTraceId());
    assertThat(server.getParentSpanId()).isEqualTo(client.getSpanId());
    for (Span span : spans.values()) {
      assertThat(span.getName()).isEqualTo("platform.test.v1.EchoService/Unary");
      assertThat(span.getAttributesList())
          .contains(
              attribute("rpc.system", "grpc"),
              attribute("rpc.service", "platform.test.v1.EchoService"),
              attribute("rpc.method", "Unary"),
              attribute("grpc.status_code", "OK"));
    }
    assertThat(services).contains("echo");
  }

  @Test
  void withoutAnEndpointNothingIsExported() throws Exception {
    try (ConfigurableApplicationContext app = start()) {
      call(app);

      assertThat(app.getBeanNamesForType(SpanExporter.class)).isEmpty();
    }
    assertThat(received).isEmpty();
  }

  private static ConfigurableApplicationContext start(String... arguments) {
    SpringApplicationBuilder application =
        new SpringApplicationBuilder(App.class)
            .web(WebApplicationType.NONE)
            .properties(
                "spring.application.name=echo",
                "spring.main.banner-mode=off",
                "platform.server.port=-1",
                "platform.server.in-process-name=otlp-export",
                "platform.client.channels.echo.target=in-process:otlp-export",
                "management.tracing.sampling.probability=1.0");
    return application.run(arguments);
  }

  private static void call(ConfigurableApplicationContext app) {
    EchoServiceGrpc.newBlockingStub(app.getBean(GrpcChannels.class).channel("echo"))
        .withDeadlineAfter(10, TimeUnit.SECONDS)
        .unary(EchoRequest.newBuilder().setText("hello").build());
  }

  /** The two spans of the call; the application exported what it had when it stopped. */
  private Map<SpanKind, Span> spans() throws InterruptedException {
    Map<SpanKind, Span> spans = new EnumMap<>(SpanKind.class);
    for (int i = 0; i < 2; i++) {
      Span span = received.poll(10, TimeUnit.SECONDS);
      assertThat(span).as("span %d of 2", i + 1).isNotNull();
      spans.put(span.getKind(), span);
    }
    return spans;
  }

  private void take(HttpExchange exchange) throws IOException {
    ExportTraceServiceRequest request =
        ExportTraceServiceRequest.parseFrom(exchange.getRequestBody());
    for (ResourceSpans ofService : request.getResourceSpansList()) {
      for (KeyValue attribute : ofService.getResource().getAttributesList()) {
        if (attribute.getKey().equals("service.name")) {
          services.add(attribute.getValue().getStringValue());
        }
      }
      for (ScopeSpans scope : ofService.getScopeSpansList()) {
        received.addAll(scope.getSpansList());
      }
    }
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private static KeyValue attribute(String key, String value) {
    KeyValue.Builder attribute = KeyValue.newBuilder().setKey(key);
    attribute.getValueBuilder().setStringValue(value);
    return attribute.build();
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class App {
    @Bean
    EchoServiceGrpc.EchoServiceImplBase echo() {
      return new EchoServiceGrpc.EchoServiceImplBase() {
        @Override
        public void unary(EchoRequest request, StreamObserver<EchoResponse> observer) {
          observer.onNext(EchoResponse.newBuilder().setText(request.getText()).build());
          observer.onCompleted();
        }
      };
    }
  }
}

package io.grpcplatform.telemetry;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.server.GrpcServerCustomizer;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Scope;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * An application that calls the next one where there is one, with baggage of its own besides: the
 * field {@code local}, which is on no list.
 */
final class BaggageHop extends EchoServiceGrpc.EchoServiceImplBase {

  private static final String NOBODY = "127.0.0.1:1";

  final Queue<Metadata> received = new ConcurrentLinkedQueue<>();
  final Queue<String> seen = new ConcurrentLinkedQueue<>();
  private final String next;
  private final GrpcChannels channels;

  private BaggageHop(GrpcChannels channels, String next) {
    this.channels = channels;
    this.next = next;
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {

    @Bean
    BaggageHop hop(GrpcChannels channels, Environment environment) {
      return new BaggageHop(
          channels, environment.getProperty("platform.client.channels.next.target", NOBODY));
    }

    @Bean
    GrpcServerCustomizer wire(BaggageHop hop) {
      return builder -> builder.addStreamTracerFactory(hop.wire());
    }
  }

  /** Keeps what each call brought. */
  private ServerStreamTracer.Factory wire() {
    return new ServerStreamTracer.Factory() {
      @Override
      public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        Metadata copy = new Metadata();
        copy.merge(headers);
        received.add(copy);
        return new ServerStreamTracer() {};
      }
    };
  }

  private void see(String where) {
    Map<String, String> fields = new TreeMap<>();
    Baggage.current().forEach((name, entry) -> fields.put(name, entry.getValue()));
    seen.add(where + " " + fields + " MDC " + MDC.get("tenant"));
  }

  private boolean last() {
    return next.equals(NOBODY);
  }

  @Override
  public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
    see("handler");
    if (last()) {
      response.onNext(EchoResponse.getDefaultInstance());
    } else {
      Baggage more = Baggage.current().toBuilder().put("local", "x").build();
      try (Scope scope = more.makeCurrent()) {
        response.onNext(EchoServiceGrpc.newBlockingStub(channels.channel("next")).unary(request));
      }
    }
    response.onCompleted();
  }

  @Override
  public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> response) {
    StreamObserver<EchoRequest> further =
        last() ? null : EchoServiceGrpc.newStub(channels.channel("next")).bidi(response);
    return new StreamObserver<>() {
      @Override
      public void onNext(EchoRequest request) {
        see("onNext");
        if (further == null) {
          response.onNext(EchoResponse.getDefaultInstance());
        } else {
          further.onNext(request);
        }
      }

      @Override
      public void onError(Throwable broken) {}

      @Override
      public void onCompleted() {
        if (further == null) {
          response.onCompleted();
        } else {
          further.onCompleted();
        }
      }
    };
  }
}

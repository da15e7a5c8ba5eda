package io.grpcplatform.telemetry;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerStreamTracer;
import io.grpcplatform.CallKey;
import io.grpcplatform.Caller;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import io.grpcplatform.client.GlobalClientInterceptor;
import io.grpcplatform.client.GrpcChannelCustomizer;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.server.GrpcServerCustomizer;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.micrometer.context.ContextExecutorService;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

/** An application whose handlers call a second hop, each in the way that a request asks for. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableAsync
class TwoHops {

  /** Bean methods of {@code @Async}. */
  static class Asynchronous {
    @Async
    public <T> CompletableFuture<T> run(Supplier<T> work) {
      return CompletableFuture.completedFuture(work.get());
    }
  }

  /** Verifies callers as a login would. */
  record Login(Expected expected) implements ServerFeature {
    @Override
    public ServerStage stage() {
      return ServerStage.SECURITY;
    }

    @Override
    public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
      return call -> {
        expected.arrived(call.headers());
        call.context(Caller.CURRENT, new Caller(call.headers().get(Expected.CALLER), null));
        return null;
      };
    }
  }

  @Bean
  Login login(Expected expected) {
    return new Login(expected);
  }

  @Bean
  Asynchronous asynchronous() {
    return new Asynchronous();
  }

  /** Not beans themselves: beside another executor Spring Boot would make none for @Async. */
  record Pools(ThreadPoolExecutor callbacks, ThreadPoolExecutor futures) implements AutoCloseable {
    @Override
    public void close() {
      callbacks.shutdown();
      futures.shutdown();
    }
  }

  @Bean
  Pools pools() {
    return new Pools(eightThreads(), eightThreads());
  }

  private static ThreadPoolExecutor eightThreads() {
    return new ThreadPoolExecutor(8, 8, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
  }

  @Bean
  GrpcChannelCustomizer callbackThreads(Pools pools) {
    return (name, builder) -> builder.executor(pools.callbacks());
  }

  /** Says who is served, as a token exchange would. */
  @Bean
  @GlobalClientInterceptor
  ClientInterceptor onBehalf() {
    return new ClientInterceptor() {
      @Override
      public <Q, R> ClientCall<Q, R> interceptCall(
          MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
          @Override
          public void start(Listener<R> listener, Metadata headers) {
            headers.put(Expected.CALLER, Caller.CURRENT.get().id());
            super.start(listener, headers);
          }
        };
      }
    };
  }

  /** Looks at the event loop between the calls' own callbacks. */
  @Bean
  GrpcServerCustomizer eventLoop(Expected expected) {
    return builder ->
        builder.addStreamTracerFactory(
            new ServerStreamTracer.Factory() {
              @Override
              public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
                return new ServerStreamTracer() {
                  @Override
                  public void inboundMessage(int number) {
                    String left = Expected.left();
                    if (!left.isEmpty()) {
                      expected.differences.add("event loop: " + left);
                    }
                  }
                };
              }
            });
  }

  @Bean
  HopHandler handler(
      Expected expected, GrpcChannels channels, Asynchronous asynchronous, Pools pools) {
    return new HopHandler(
        expected,
        () -> EchoServiceGrpc.newStub(channels.channel("next")),
        asynchronous,
        ContextExecutorService.wrap(
            pools.futures(), () -> ContextSnapshotFactory.builder().build().captureAll()));
  }
}

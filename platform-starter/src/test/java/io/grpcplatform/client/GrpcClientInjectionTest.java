package io.grpcplatform.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

class GrpcClientInjectionTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();

  private final EchoServer server = new EchoServer("payment");
  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(PlatformAutoConfiguration.class, ClientAutoConfiguration.class))
          .withPropertyValues(server.targetOf("payment"));

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void injectsEveryStubKindIntoFields() {
    application
        .withBean(Fields.class)
        .run(
            context -> {
              Fields fields = context.getBean(Fields.class);

              String blocking = fields.blocking.unary(HELLO).getText();
              String blockingV2 = fields.blockingV2.unary(HELLO).getText();
              String future = fields.future.unary(HELLO).get(10, TimeUnit.SECONDS).getText();
              CompletableFuture<String> async = new CompletableFuture<>();
              fields.async.unary(HELLO, completing(async));
              String plain = EchoServiceGrpc.newBlockingStub(fields.channel).unary(HELLO).getText();

              assertThat(blocking).isEqualTo("payment:hello");
              assertThat(blockingV2).isEqualTo("payment:hello");
              assertThat(future).isEqualTo("payment:hello");
              assertThat(async.get(10, TimeUnit.SECONDS)).isEqualTo("payment:hello");
              assertThat(plain).isEqualTo("payment:hello");
            });
  }

  @Test
  void injectsIntoConstructorAndBeanMethodParameters() {
    application
        .withUserConfiguration(Parameters.class)
        .run(
            context -> {
              Constructed constructed = context.getBean(Constructed.class);
              Produced produced = context.getBean(Produced.class);

              String fromConstructor = constructed.stub.unary(HELLO).getText();
              String fromBeanMethod = produced.stub().unary(HELLO).getText();

              assertThat(fromConstructor).isEqualTo("payment:hello");
              assertThat(fromBeanMethod).isEqualTo("payment:hello");
            });
  }

  @Test
  void injectsThroughProvidersOptionalsAndComposedAnnotations() {
    application
        .withBean(Indirect.class)
        .run(
            context -> {
              Indirect indirect = context.getBean(Indirect.class);

              String provided = indirect.provider.getObject().unary(HELLO).getText();
              String optional = indirect.optional.orElseThrow().unary(HELLO).getText();
              String composed = indirect.composed.unary(HELLO).getText();

              assertThat(provided).isEqualTo("payment:hello");
              assertThat(optional).isEqualTo("payment:hello");
              assertThat(composed).isEqualTo("payment:hello");
            });
  }

  @Test
  void leavesOtherInjectionPointsToSpring() {
    application
        .withBean("greeting", String.class, () -> "hello")
        .withBean(Ordinary.class)
        .run(context -> assertThat(context.getBean(Ordinary.class).greeting).isEqualTo("hello"));
  }

  @Test
  void injectsOneSharedChannelPerName() {
    application
        .withPropertyValues(server.targetOf("other"))
        .run(
            context -> {
              GrpcChannels channels = context.getBean(GrpcChannels.class);

              Channel first = channels.channel("payment");
              Channel again =
                  channels.stub("payment", EchoServiceGrpc.EchoServiceStub.class).getChannel();

              assertThat(again).isSameAs(first).isNotSameAs(channels.channel("other"));
            });
  }

  @Test
  void refusesStubTypesItCannotMake() {
    application
        .withBean(Unsupported.class)
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(ReactorEchoGrpc.ReactorEchoStub.class.getName())
                    .hasMessageContaining("Reactor and coroutine stubs are not supported"));
  }

  @Test
  void saysThatTheClientIsOffWhereAStubIsWanted() {
    application
        .withPropertyValues("platform.client.enabled=false")
        .withBean(Fields.class)
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("platform.client.enabled")
                    .hasMessageContaining("false")
                    .hasMessageContaining("@GrpcClient(\"payment\")"));
  }

  @Test
  void makesNoChannelsWhereTheClientIsOff() {
    application
        .withPropertyValues("platform.client.enabled=false")
        .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(GrpcChannels.class));
  }

  @Test
  void letsAnInterceptorUseAClientOfItsOwn() {
    application
        .withUserConfiguration(TokenFetching.class)
        .withBean(Fields.class)
        .run(
            context -> {
              EchoResponse answer = context.getBean(Fields.class).blocking.unary(HELLO);

              assertThat(answer.getText()).isEqualTo("payment:hello");
            });
  }

  private static StreamObserver<EchoResponse> completing(CompletableFuture<String> answer) {
    return new StreamObserver<>() {
      @Override
      public void onNext(EchoResponse response) {
        answer.complete(response.getText());
      }

      @Override
      public void onError(Throwable failed) {
        answer.completeExceptionally(failed);
      }

      @Override
      public void onCompleted() {}
    };
  }

  static final class Fields {
    @GrpcClient("payment")
    EchoServiceGrpc.EchoServiceBlockingStub blocking;

    @GrpcClient("payment")
    EchoServiceGrpc.EchoServiceBlockingV2Stub blockingV2;

    @GrpcClient("payment")
    EchoServiceGrpc.EchoServiceFutureStub future;

    @GrpcClient("payment")
    EchoServiceGrpc.EchoServiceStub async;

    @GrpcClient("payment")
    Channel channel;
  }

  static final class Constructed {
    final EchoServiceGrpc.EchoServiceBlockingStub stub;

    Constructed(@GrpcClient("payment") EchoServiceGrpc.EchoServiceBlockingStub stub) {
      this.stub = stub;
    }
  }

  record Produced(EchoServiceGrpc.EchoServiceBlockingStub stub) {}

  @Configuration(proxyBeanMethods = false)
  @Import(Constructed.class)
  static class Parameters {

    @Bean
    Produced produced(@GrpcClient("payment") EchoServiceGrpc.EchoServiceBlockingStub stub) {
      return new Produced(stub);
    }
  }

  @GrpcClient("payment")
  @Retention(RetentionPolicy.RUNTIME)
  @interface PaymentClient {}

  static final class Indirect {
    @GrpcClient("payment")
    ObjectProvider<EchoServiceGrpc.EchoServiceBlockingStub> provider;

    @GrpcClient("payment")
    Optional<EchoServiceGrpc.EchoServiceBlockingStub> optional;

    @PaymentClient EchoServiceGrpc.EchoServiceBlockingStub composed;
  }

  static final class Ordinary {
    @Autowired String greeting;
  }

  /** As a Reactor generator lays its stubs out. */
  static final class ReactorEchoGrpc {
    static final class ReactorEchoStub extends AbstractStub<ReactorEchoStub> {
      ReactorEchoStub(Channel channel) {
        super(channel, CallOptions.DEFAULT);
      }

      @Override
      protected ReactorEchoStub build(Channel channel, CallOptions options) {
        return new ReactorEchoStub(channel);
      }
    }

    public static ReactorEchoStub newReactorStub(Channel channel) {
      return new ReactorEchoStub(channel);
    }
  }

  static final class Unsupported {
    @GrpcClient("payment")
    ReactorEchoGrpc.ReactorEchoStub stub;
  }

  @Configuration(proxyBeanMethods = false)
  static class TokenFetching {

    @Bean
    @GlobalClientInterceptor
    ClientInterceptor tokens(@GrpcClient("payment") Channel issuer) {
      assertThat(issuer).isNotNull();
      return new ClientInterceptor() {
        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(
            MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
          return next.newCall(method, options);
        }
      };
    }
  }
}

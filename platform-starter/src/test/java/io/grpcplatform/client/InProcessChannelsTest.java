package io.grpcplatform.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class InProcessChannelsTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();
  private static final Map<String, ?> TWO_ATTEMPTS =
      Map.of(
          "methodConfig",
          List.of(
              Map.of(
                  "name",
                  List.of(Map.of()),
                  "retryPolicy",
                  Map.of(
                      "maxAttempts",
                      2.0,
                      "initialBackoff",
                      "0.001000000s",
                      "maxBackoff",
                      "0.001000000s",
                      "backoffMultiplier",
                      1.0,
                      "retryableStatusCodes",
                      List.of("UNAVAILABLE")))));

  private final FailsOnce service = new FailsOnce();
  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(PlatformAutoConfiguration.class, ClientAutoConfiguration.class))
          .withBean(
              GrpcChannelCustomizer.class,
              () -> (channel, builder) -> builder.defaultServiceConfig(TWO_ATTEMPTS));
  private Server server;

  @BeforeEach
  void serve() throws IOException {
    server = InProcessServerBuilder.forName("test").addService(service).build().start();
  }

  @AfterEach
  void close() {
    server.shutdownNow();
  }

  @Test
  void servesEveryChannelWithoutATarget() {
    application
        .withPropertyValues(
            "platform.client.in-process-name=test",
            "platform.client.channels.bare.target=in-process:",
            "platform.client.channels.unset.user-agent=shop")
        .run(
            context -> {
              GrpcChannels channels = context.getBean(GrpcChannels.class);

              for (String name : List.of("bare", "unset", "never-mentioned")) {
                String answer =
                    channels.stub(name, EchoServiceBlockingStub.class).unary(HELLO).getText();
                assertThat(answer).isEqualTo("hello");
              }
            });
  }

  @Test
  void retriesAsTheRealTransportWould() {
    application
        .withPropertyValues("platform.client.channels.payment.target=in-process:test")
        .run(
            context -> {
              GrpcChannels channels = context.getBean(GrpcChannels.class);

              channels.stub("payment", EchoServiceBlockingStub.class).unary(HELLO);

              assertThat(service.calls).hasValue(2);
            });
  }

  private static final class FailsOnce extends EchoServiceGrpc.EchoServiceImplBase {
    final AtomicInteger calls = new AtomicInteger();

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> answers) {
      if (calls.getAndIncrement() == 0) {
        answers.onError(Status.UNAVAILABLE.asRuntimeException());
      } else {
        answers.onNext(EchoResponse.newBuilder().setText(request.getText()).build());
        answers.onCompleted();
      }
    }
  }
}

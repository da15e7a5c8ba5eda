package io.grpcplatform.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.Outcome;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Each limit of a connection or a call, as a client without the starter meets it. */
final class ServerLimitsTest {

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(PlatformAutoConfiguration.class, ServerAutoConfiguration.class))
          .withBean(EchoHandler.class)
          .withPropertyValues("platform.server.port=0", "platform.server.address=127.0.0.1");

  @Test
  void asksAgedConnectionsToGoButKeepsStreams() {
    with(
        channel -> {
          Stream stream = Stream.open(channel);
          stream.exchange("before");

          awaitGone(channel);

          stream.exchange("after");
        },
        "connection.max-age=150ms");
  }

  @Test
  void cutsStreamsOfAgedConnectionsAfterGrace() {
    with(
        channel -> {
          Stream stream = Stream.open(channel);
          stream.exchange("before");

          assertThat(stream.end.get(10, TimeUnit.SECONDS)).isNotEqualTo(Status.Code.OK);
        },
        "connection.max-age=150ms",
        "connection.max-age-grace=50ms");
  }

  @Test
  void closesConnectionsWithoutCalls() {
    with(
        channel -> {
          echo(channel, "hello");

          awaitGone(channel);
        },
        "connection.max-idle=150ms");
  }

  @Test
  void letsCallsBeyondTheLimitWait() {
    with(
        channel -> {
          Stream stream = Stream.open(channel);
          stream.exchange("takes the only place");

          Throwable waited =
              catchThrowable(
                  () ->
                      EchoServiceGrpc.newBlockingStub(channel)
                          .withDeadlineAfter(250, TimeUnit.MILLISECONDS)
                          .unary(EchoRequest.getDefaultInstance()));

          assertThat(Status.fromThrowable(waited).getCode())
              .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
          stream.requests.onCompleted();
          assertThat(stream.end.get(10, TimeUnit.SECONDS)).isEqualTo(Status.Code.OK);
          assertThat(echo(channel, "now")).isEqualTo("now");
        },
        "connection.max-concurrent-calls=1");
  }

  @Test
  void refusesMoreMetadataThanAllowed() {
    with(
        channel -> {
          Metadata large = new Metadata();
          large.put(Metadata.Key.of("x-large", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(1025));

          Throwable refused =
              catchThrowable(
                  () ->
                      EchoServiceGrpc.newBlockingStub(channel)
                          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(large))
                          .unary(EchoRequest.getDefaultInstance()));

          assertThat(Status.fromThrowable(refused).getCode()).isEqualTo(Status.Code.INTERNAL);
          assertThat(echo(channel, "small")).isEqualTo("small");
        },
        "inbound.metadata.max-size=1KB");
  }

  @Test
  void sendsStreamHeadersBeforeTheFirstMessage() {
    assertThat(stepsOfOneStream()).startsWith("headers", "received", "sent");
  }

  @Test
  void leavesHeadersToTheMethodsThatAsk() {
    assertThat(stepsOfOneStream("early-headers.methods.[platform.test.v1.EchoService/Bidi]=false"))
        .startsWith("received", "headers", "sent");
    assertThat(stepsOfOneStream("early-headers.methods.[platform.test.v1.EchoService/*]=false"))
        .startsWith("received", "headers", "sent");
    assertThat(
            stepsOfOneStream(
                "early-headers.enabled=false",
                "early-headers.methods.[platform.test.v1.EchoService/Bidi]=true"))
        .startsWith("headers", "received", "sent");
  }

  private interface Use {
    void with(ManagedChannel channel) throws Exception;
  }

  private void with(Use use, String... properties) {
    with(runner, use, properties);
  }

  private static void with(ApplicationContextRunner runner, Use use, String... properties) {
    String[] full = new String[properties.length];
    for (int i = 0; i < full.length; i++) {
      full[i] = "platform.server." + properties[i];
    }
    runner
        .withPropertyValues(full)
        .run(
            context -> {
              int port = context.getEnvironment().getRequiredProperty("local.grpc.port", int.class);
              ManagedChannel channel =
                  Grpc.newChannelBuilderForAddress(
                          "127.0.0.1", port, InsecureChannelCredentials.create())
                      .build();
              try {
                use.with(channel);
              } finally {
                channel.shutdownNow();
              }
            });
  }

  /** What happens to a stream that sends one message and ends, in order, on the server. */
  private Queue<String> stepsOfOneStream(String... properties) {
    Steps steps = new Steps();
    with(
        runner.withBean(ServerFeature.class, () -> steps),
        channel -> {
          Stream stream = Stream.open(channel);
          stream.exchange("one");
          stream.requests.onCompleted();
          stream.end.get(10, TimeUnit.SECONDS);
        },
        properties);
    return steps.seen;
  }

  private static String echo(ManagedChannel channel, String text) {
    return EchoServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(10, TimeUnit.SECONDS)
        .unary(EchoRequest.newBuilder().setText(text).build())
        .getText();
  }

  private static void awaitGone(ManagedChannel channel) throws InterruptedException {
    CountDownLatch gone = new CountDownLatch(1);
    channel.notifyWhenStateChanged(ConnectivityState.READY, gone::countDown);
    assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static final class Stream implements StreamObserver<EchoResponse> {
    final CompletableFuture<Status.Code> end = new CompletableFuture<>();
    StreamObserver<EchoRequest> requests;
    private volatile CompletableFuture<String> answer = new CompletableFuture<>();

    static Stream open(ManagedChannel channel) {
      Stream stream = new Stream();
      stream.requests = EchoServiceGrpc.newStub(channel).bidi(stream);
      return stream;
    }

    void exchange(String text) throws Exception {
      answer = new CompletableFuture<>();
      requests.onNext(EchoRequest.newBuilder().setText(text).build());
      assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(text);
    }

    @Override
    public void onNext(EchoResponse response) {
      answer.complete(response.getText());
    }

    @Override
    public void onError(Throwable failed) {
      answer.completeExceptionally(failed);
      end.complete(Status.fromThrowable(failed).getCode());
    }

    @Override
    public void onCompleted() {
      end.complete(Status.Code.OK);
    }
  }

  private static final class Steps implements ServerFeature {
    final Queue<String> seen = new ConcurrentLinkedQueue<>();

    @Override
    public ServerStage stage() {
      return ServerStage.LIFECYCLE;
    }

    @Override
    public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
      return call ->
          new CallHook() {
            @Override
            public void headers(Metadata headers) {
              seen.add("headers");
            }

            @Override
            public void received(Object message) {
              seen.add("received");
            }

            @Override
            public void sent(Object message) {
              seen.add("sent");
            }

            @Override
            public void ended(Outcome outcome) {}
          };
    }
  }
}

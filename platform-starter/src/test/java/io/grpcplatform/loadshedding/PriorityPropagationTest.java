package io.grpcplatform.loadshedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallClock;
import io.grpcplatform.Loopback;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two hops over loopback: what priority the second one sees. */
final class PriorityPropagationTest {

  private final LinkedBlockingQueue<Optional<String>> seen = new LinkedBlockingQueue<>();
  private Server last;
  private ManagedChannel onwards;

  @BeforeEach
  void start() throws Exception {
    last =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new HeldEcho())
            .intercept(
                new ServerInterceptor() {
                  @Override
                  public <Q, R> ServerCall.Listener<Q> interceptCall(
                      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                    seen.add(Optional.ofNullable(headers.get(PriorityClientInterceptor.HEADER)));
                    return next.startCall(call, headers);
                  }
                })
            .build()
            .start();
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress("127.0.0.1", last.getPort()).usePlaintext();
    new PriorityChannelContributor().contribute("last", builder);
    onwards = builder.build();
  }

  @AfterEach
  void stop() throws InterruptedException {
    onwards.shutdownNow();
    last.shutdownNow();
    onwards.awaitTermination(10, TimeUnit.SECONDS);
    last.awaitTermination(10, TimeUnit.SECONDS);
  }

  private static Channel as(Channel channel, String priority) {
    Metadata headers = new Metadata();
    headers.put(PriorityClientInterceptor.HEADER, priority);
    return io.grpc.ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private final class Middle extends EchoServiceGrpc.EchoServiceImplBase {
    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> responses) {
      Channel next = request.getText().isEmpty() ? onwards : as(onwards, request.getText());
      responses.onNext(
          EchoServiceGrpc.newBlockingStub(next).unary(EchoRequest.getDefaultInstance()));
      responses.onCompleted();
    }
  }

  private Optional<String> seenAfter(String incoming, String own, String... settings)
      throws Exception {
    LoadSheddingProperties properties = Settings.of(settings);
    try (Loopback middle =
        Loopback.serving(
            new Middle(),
            Settings.stage(
                properties, Settings.loads(properties, Settings.idle()), CallClock.system()))) {
      Channel first = incoming.isEmpty() ? middle.channel() : as(middle.channel(), incoming);
      EchoServiceGrpc.newBlockingStub(first).unary(EchoRequest.newBuilder().setText(own).build());
      return seen.poll(10, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"critical", "sheddable", "background"})
  void aPriorityIsCarriedDownTheChain(String priority) throws Exception {
    assertThat(seenAfter(priority, "")).contains(priority);
  }

  @Test
  void aCallWithoutPriorityStaysWithout() throws Exception {
    assertThat(seenAfter("", "")).isEmpty();
  }

  @Test
  void aHopThatShedsNothingCarriesPrioritiesToo() throws Exception {
    assertThat(seenAfter("background", "", "mode", "off")).contains("background");
  }

  @Test
  void aMethodsOwnPriorityIsCarriedOn() throws Exception {
    assertThat(seenAfter("", "", "methods[platform.test.v1.EchoService/Unary]", "background"))
        .contains("background");
  }

  @Test
  void aCallThatBringsItsOwnKeepsIt() throws Exception {
    assertThat(seenAfter("background", "critical")).contains("critical");
  }
}

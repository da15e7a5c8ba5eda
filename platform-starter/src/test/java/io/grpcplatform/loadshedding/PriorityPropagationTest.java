package io.grpcplatform.loadshedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
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
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three hops over loopback: what priority the last one sees. */
final class PriorityPropagationTest {

  private final LinkedBlockingQueue<Optional<String>> seen = new LinkedBlockingQueue<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
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
    onwards = carrying(last.getPort());
  }

  @AfterEach
  void stop() throws InterruptedException {
    onwards.shutdownNow();
    last.shutdownNow();
    onwards.awaitTermination(10, TimeUnit.SECONDS);
    last.awaitTermination(10, TimeUnit.SECONDS);
    threads.shutdown();
  }

  private static ManagedChannel carrying(int port) {
    NettyChannelBuilder builder = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext();
    LoadShedding.priorities().contribute("next", builder);
    return builder.build();
  }

  private static Channel as(Channel channel, String priority) {
    Metadata headers = new Metadata();
    if (!priority.isEmpty()) {
      headers.put(PriorityClientInterceptor.HEADER, priority);
    }
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** Calls the next hop for each call and each message, on threads of the test's choice. */
  private static final class Middle extends EchoServiceGrpc.EchoServiceImplBase {
    private final Channel next;
    private final Executor threads;

    Middle(Channel next, Executor threads) {
      this.next = next;
      this.threads = threads;
    }

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> responses) {
      Context.currentContextExecutor(threads)
          .execute(
              () -> {
                Channel onwards = as(next, request.getText());
                responses.onNext(EchoServiceGrpc.newBlockingStub(onwards).unary(Bench.say("")));
                responses.onCompleted();
              });
    }

    @Override
    public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> responses) {
      return new StreamObserver<>() {
        private StreamObserver<EchoRequest> requests;

        @Override
        public void onNext(EchoRequest request) {
          if (requests == null) {
            requests = EchoServiceGrpc.newStub(next).bidi(responses);
          }
          requests.onNext(request);
        }

        @Override
        public void onError(Throwable broken) {}

        @Override
        public void onCompleted() {
          requests.onCompleted();
        }
      };
    }
  }

  private static LoadSheddingServerStage stage(String... settings) {
    LoadSheddingProperties properties = Settings.of(settings);
    return Settings.stage(
        properties, Settings.loads(properties, Settings.idle()), CallClock.system());
  }

  private Optional<String> seenAfter(String incoming, String own, String... settings)
      throws Exception {
    return seenAfter(Runnable::run, incoming, own, settings);
  }

  private Optional<String> seenAfter(
      Executor middleThreads, String incoming, String own, String... settings) throws Exception {
    try (Loopback second = Loopback.serving(new Middle(onwards, middleThreads), stage(settings))) {
      ManagedChannel toSecond = carrying(second.port());
      try (Loopback first = Loopback.serving(new Middle(toSecond, middleThreads), stage())) {
        EchoServiceGrpc.newBlockingStub(as(first.channel(), incoming)).unary(Bench.say(own));
        return seen.poll(10, TimeUnit.SECONDS);
      } finally {
        toSecond.shutdownNow();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"critical", "sheddable", "background"})
  void aPriorityIsCarriedDownThreeHops(String priority) throws Exception {
    assertThat(seenAfter(priority, "")).contains(priority);
  }

  @Test
  void workOnAnotherThreadCarriesItWithTheContext() throws Exception {
    assertThat(seenAfter(threads, "background", "")).contains("background");
  }

  @Test
  void streamsCarryItDownThreeHops() throws Exception {
    try (Loopback second = Loopback.serving(new Middle(onwards, Runnable::run), stage())) {
      ManagedChannel toSecond = carrying(second.port());
      try (Loopback first = Loopback.serving(new Middle(toSecond, Runnable::run), stage())) {
        StreamObserver<EchoRequest> requests =
            EchoServiceGrpc.newStub(as(first.channel(), "sheddable")).bidi(new Bench.Ignoring());

        requests.onNext(Bench.say("hello"));

        assertThat(seen.poll(10, TimeUnit.SECONDS)).contains("sheddable");
      } finally {
        toSecond.shutdownNow();
      }
    }
  }

  @Test
  void aCallWithoutPriorityStaysWithout() throws Exception {
    assertThat(seenAfter("", "")).isEmpty();
  }

  @Test
  void anUnknownPriorityIsAsNone() throws Exception {
    assertThat(seenAfter("URGENT!", "")).isEmpty();
  }

  @Test
  void aHopThatShedsNothingCarriesPrioritiesToo() throws Exception {
    assertThat(seenAfter("background", "", "mode", "off")).contains("background");
  }

  @Test
  void aHopThatIsSwitchedOffCarriesNone() throws Exception {
    assertThat(seenAfter("background", "", "enabled", "false")).isEmpty();
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

package io.grpcplatform.deadline;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceFutureStub;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** No handler starts after its call's deadline, whatever the call waited for. */
final class SaturatedServerTest {

  private static final int WAITING = 200;
  private static final int LONGEST_MILLIS = 150 + WAITING;
  private static final Metadata.Key<String> LAST =
      Metadata.Key.of("last", Metadata.ASCII_STRING_MARSHALLER);

  private final ExecutorService oneThread = Executors.newSingleThreadExecutor();
  private final CountDownLatch busy = new CountDownLatch(1);
  private final CountDownLatch free = new CountDownLatch(1);
  private final CountDownLatch lateAtTheServer = new CountDownLatch(1);
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger started = new AtomicInteger();
  private final AtomicInteger startedLate = new AtomicInteger();
  private Server server;
  private ManagedChannel channel;

  @AfterEach
  void stop() throws InterruptedException {
    free.countDown();
    if (channel != null) {
      channel.shutdownNow();
      server.shutdownNow();
      server.awaitTermination(10, TimeUnit.SECONDS);
    }
    oneThread.shutdownNow();
    timer.shutdownNow();
  }

  /**
   * Knows when the deadlines of all calls before the marked one have passed at the server too,
   * whose clock for a call starts when its headers arrive.
   */
  private final class Arrivals extends ServerStreamTracer.Factory {
    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
      if (headers.containsKey(LAST)) {
        var unused =
            Deadline.after(LONGEST_MILLIS, TimeUnit.MILLISECONDS)
                .runOnExpiration(lateAtTheServer::countDown, timer);
      }
      return new ServerStreamTracer() {};
    }
  }

  /** Holds the server's only thread with its first call. */
  private final class Handler extends EchoServiceGrpc.EchoServiceImplBase {
    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      Deadline due = Context.current().getDeadline();
      if (due != null && due.isExpired()) {
        startedLate.incrementAndGet();
      }
      started.incrementAndGet();
      if (request.getText().equals("hold")) {
        busy.countDown();
        try {
          free.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
        }
      }
      response.onNext(EchoResponse.getDefaultInstance());
      response.onCompleted();
    }
  }

  private EchoServiceFutureStub open() throws Exception {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .executor(oneThread)
            .addStreamTracerFactory(new Arrivals())
            .addService(new Handler());
    ServerPipeline.of(List.of(Stages.server(Settings.of()))).install(builder);
    server = builder.build().start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    return EchoServiceGrpc.newFutureStub(channel);
  }

  private static EchoRequest say(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }

  @Test
  void noHandlerStartsOnceItsDeadlineHasPassed() throws Exception {
    // Given a server whose only thread is busy, and calls that wait for it until they expire.
    EchoServiceFutureStub stub = open();
    ListenableFuture<EchoResponse> holding = stub.unary(say("hold"));
    assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
    List<ListenableFuture<EchoResponse>> waiting = new ArrayList<>();
    for (int i = 0; i < WAITING; i++) {
      waiting.add(stub.withDeadlineAfter(150 + i, TimeUnit.MILLISECONDS).unary(say("wait")));
    }
    for (ListenableFuture<EchoResponse> call : waiting) {
      assertThat(codeOf(call)).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }
    Metadata last = new Metadata();
    last.put(LAST, "yes");
    ListenableFuture<EchoResponse> after =
        stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(last)).unary(say("after"));
    assertThat(lateAtTheServer.await(10, TimeUnit.SECONDS)).isTrue();

    // When the thread is free again, and a call after them has been served.
    free.countDown();
    holding.get(10, TimeUnit.SECONDS);
    after.get(10, TimeUnit.SECONDS);

    // Then none of them reached its handler.
    assertThat(started).hasValue(2);
    assertThat(startedLate).hasValue(0);
  }

  private static Status.Code codeOf(ListenableFuture<EchoResponse> call) throws Exception {
    try {
      call.get(20, TimeUnit.SECONDS);
      return Status.Code.OK;
    } catch (ExecutionException failed) {
      return Status.fromThrowable(failed).getCode();
    }
  }

  @Test
  void aRequestThatComesTooLateIsRefused() throws Exception {
    // Given a call that arrived in time and whose request waits for a thread of its own.
    DeadlineServerStage stage = Stages.server(Settings.of());
    Arriving call = new Arriving(Deadline.after(1, TimeUnit.HOURS));
    var plan =
        stage.plan(
            CallKey.of("", EchoServiceGrpc.getUnaryMethod()), EchoServiceGrpc.getUnaryMethod());

    var hook = plan.begin(call);

    // Then it passes in time, and not when the Context's deadline has passed.
    hook.received(say("in time"));
    var timer = Executors.newSingleThreadScheduledExecutor();
    Context late = Context.ROOT.withDeadlineAfter(-1, TimeUnit.SECONDS, timer);
    assertThat(late.call(() -> refused(hook))).isEqualTo(Refusal.Reason.EXPIRED_IN_QUEUE);
    timer.shutdownNow();
  }

  private static Refusal.Reason refused(CallHook hook) {
    try {
      hook.received(say("late"));
      return null;
    } catch (Refusal refusal) {
      return refusal.reason();
    }
  }
}

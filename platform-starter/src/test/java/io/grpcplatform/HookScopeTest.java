package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Scopes surround every callback into the handler, nest, and never outlive it. */
final class HookScopeTest {

  private static final ThreadLocal<Deque<String>> OPEN = ThreadLocal.withInitial(ArrayDeque::new);

  @Test
  void scopesNestAroundTheHandlerAndAreClosed() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger left = new AtomicInteger();
    List<ServerFeature> stages =
        List.of(
            CountingFeature.server(ServerStage.TELEMETRY, call -> new Scoped("outer", left, over)),
            CountingFeature.server(ServerStage.SECURITY, call -> new Scoped("inner", left, over)));
    var handler =
        new EchoServiceGrpc.EchoServiceImplBase() {
          @Override
          public void unary(
              EchoRequest request,
              io.grpc.stub.StreamObserver<io.grpcplatform.test.v1.EchoResponse> response) {
            if (List.copyOf(OPEN.get()).equals(List.of("inner", "outer"))) {
              inside.incrementAndGet();
            }
            response.onNext(io.grpcplatform.test.v1.EchoResponse.getDefaultInstance());
            response.onCompleted();
          }
        };
    ServerPipeline pipeline = ServerPipeline.of(stages);
    var builder = io.grpc.inprocess.InProcessServerBuilder.forName("scopes").directExecutor();
    builder.addService(pipeline.bind(handler.bindService(), List.of()));
    pipeline.trace(builder);
    var server = builder.build().start();
    var channel =
        io.grpc.inprocess.InProcessChannelBuilder.forName("scopes").directExecutor().build();

    EchoServiceGrpc.newBlockingStub(channel).unary(EchoRequest.getDefaultInstance());

    assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(inside.get()).isEqualTo(1);
    assertThat(OPEN.get()).as("nothing is left open on this thread").isEmpty();
    assertThat(left.get()).as("scopes closed out of order").isZero();
    channel.shutdownNow();
    server.shutdownNow();
  }

  private record Scoped(String name, AtomicInteger wrong, CountDownLatch over) implements CallHook {
    @Override
    public Object enter() {
      OPEN.get().push(name);
      return name;
    }

    @Override
    public void exit(Object scope) {
      if (!OPEN.get().pop().equals(scope)) {
        wrong.incrementAndGet();
      }
    }

    @Override
    public void ended(Outcome outcome) {
      over.countDown();
    }
  }
}

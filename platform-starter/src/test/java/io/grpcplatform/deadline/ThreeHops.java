package io.grpcplatform.deadline;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.Loopback;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceImplBase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Three services in a row, each on its own real server: the first two call the next one from
 * threads of their own, the third answers nothing until its call is cancelled.
 */
final class ThreeHops implements AutoCloseable {

  private final HandlerThreads threads;
  private final @Nullable ExecutorService pool;
  private final Deque<Loopback> servers = new ArrayDeque<>();
  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final List<Hop> passing = new ArrayList<>();

  /** The third handler has the call; {@code cancelled} is when it saw it cancelled. */
  record Arrival(@Nullable Deadline deadline, CompletableFuture<Long> cancelled) {}

  ThreeHops(HandlerThreads threads) throws Exception {
    this.threads = threads;
    this.pool = threads.pool();
    Loopback third = serve(new Last());
    Loopback second = serve(new Hop(third));
    serve(new Hop(second));
  }

  private Loopback serve(EchoServiceImplBase service) throws Exception {
    Loopback server = Loopback.serving(service, Stages.server(Settings.of()));
    servers.push(server);
    if (service instanceof Hop hop) {
      passing.add(0, hop);
    }
    return server;
  }

  /** The server that the first caller calls. */
  Loopback first() {
    return servers.getFirst();
  }

  Arrival arrival() throws InterruptedException {
    Arrival arrival = arrivals.poll(10, TimeUnit.SECONDS);
    if (arrival == null) {
      throw new AssertionError("the call did not reach the third hop within 10 s");
    }
    return arrival;
  }

  /** The deadlines that the work of the first and of the second hop last had. */
  List<@Nullable Deadline> passed() {
    List<@Nullable Deadline> deadlines = new ArrayList<>();
    passing.forEach(hop -> deadlines.add(hop.atWork));
    return deadlines;
  }

  @Override
  public void close() throws InterruptedException {
    for (Loopback server : servers) {
      server.close();
    }
    if (pool != null) {
      pool.shutdownNow();
    }
  }

  /** Passes its call on, from another thread than the one it was given. */
  private final class Hop extends EchoServiceImplBase {
    private final EchoServiceBlockingStub next;
    private volatile @Nullable Deadline atWork;

    Hop(Loopback next) {
      this.next = EchoServiceGrpc.newBlockingStub(next.channel(Stages.client(Settings.of())));
    }

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      threads.run(
          pool,
          () -> {
            atWork = Context.current().getDeadline();
            return next.unary(request);
          },
          (answer, failed) -> {
            if (failed == null) {
              response.onNext(answer);
              response.onCompleted();
            } else {
              response.onError(failed);
            }
          });
    }
  }

  private final class Last extends EchoServiceImplBase {
    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      CompletableFuture<Long> cancelled = new CompletableFuture<>();
      Context.current().addListener(over -> cancelled.complete(System.nanoTime()), Runnable::run);
      arrivals.add(new Arrival(Context.current().getDeadline(), cancelled));
    }
  }
}

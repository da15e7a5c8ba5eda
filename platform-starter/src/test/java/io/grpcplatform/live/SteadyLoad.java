package io.grpcplatform.live;

import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallClock;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceStub;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/**
 * Unary calls and streams, one after the other in several lanes, from the start to {@link #stop}.
 */
final class SteadyLoad {

  private static final int MESSAGES = 20;
  private static final long PACE = TimeUnit.MILLISECONDS.toNanos(3);
  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();

  final LongAdder unary = new LongAdder();
  final LongAdder streams = new LongAdder();
  final Queue<Throwable> lost = new ConcurrentLinkedQueue<>();
  private final EchoServiceStub stub;
  private final Phaser lanes = new Phaser(1);
  private final CallClock clock = CallClock.system();
  private volatile boolean stopping;

  SteadyLoad(Channel channel) {
    stub = EchoServiceGrpc.newStub(channel);
  }

  void start(int each) {
    for (int lane = 0; lane < each; lane++) {
      lanes.register();
      lanes.register();
      next(this::unary);
      next(this::stream);
    }
  }

  /** Ends every lane with the call it is in. */
  void stop() throws InterruptedException, TimeoutException {
    stopping = true;
    lanes.awaitAdvanceInterruptibly(lanes.arrive(), 20, TimeUnit.SECONDS);
  }

  private void next(Runnable call) {
    if (stopping) {
      lanes.arriveAndDeregister();
    } else {
      clock.schedule(call, PACE);
    }
  }

  private void unary() {
    stub.unary(HELLO, new Lane(unary, this::unary));
  }

  private void stream() {
    Lane lane = new Lane(streams, this::stream);
    lane.requests = stub.bidi(lane);
    lane.requests.onNext(HELLO);
  }

  private final class Lane implements StreamObserver<EchoResponse> {
    private final LongAdder count;
    private final Runnable again;
    private volatile StreamObserver<EchoRequest> requests;
    private int heard;

    Lane(LongAdder count, Runnable again) {
      this.count = count;
      this.again = again;
    }

    @Override
    public void onNext(EchoResponse response) {
      heard++;
      if (count == streams) {
        // A message apart, so that several changes fall into one stream's life.
        clock.schedule(this::say, PACE);
      }
    }

    private void say() {
      if (heard < MESSAGES) {
        requests.onNext(HELLO);
      } else {
        requests.onCompleted();
      }
    }

    @Override
    public void onError(Throwable failed) {
      lost.add(failed);
      next(again);
    }

    @Override
    public void onCompleted() {
      if (heard != (count == streams ? MESSAGES : 1)) {
        lost.add(new AssertionError(heard + " answers"));
      }
      count.increment();
      next(again);
    }
  }
}

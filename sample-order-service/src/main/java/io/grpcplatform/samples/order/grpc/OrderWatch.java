package io.grpcplatform.samples.order.grpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpcplatform.samples.order.OrderDesk;
import io.grpcplatform.samples.order.OrderSignals;
import io.grpcplatform.samples.order.OrderStep;
import io.grpcplatform.samples.order.v1.WatchOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderResponse;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open {@code WatchOrder} stream. It reads and sends on the given executor, one run at a time,
 * and blocks there on the database; signals and gRPC's callbacks only ask for a run.
 *
 * <ul>
 *   <li><b>Pace:</b> the reader's. Steps wait in the database; at most {@value #PAGE} of them are
 *       in memory.
 *   <li><b>Cancel:</b> the watch is forgotten.
 *   <li><b>Half-close:</b> came with the request; the stream ends with OK after the order's last
 *       step.
 *   <li><b>Drain:</b> the platform ends the stream with UNAVAILABLE/DRAINING, for this handler a
 *       cancel; the reader asks again with the last version it saw.
 *   <li><b>Bad message:</b> an order nobody knows is NOT_FOUND, a negative version
 *       INVALID_ARGUMENT.
 * </ul>
 */
final class OrderWatch {
  private static final Logger log = LoggerFactory.getLogger(OrderWatch.class);
  private static final int PAGE = 16;

  private final OrderDesk desk;
  private final Executor executor;
  private final ServerCallStreamObserver<WatchOrderResponse> reader;
  private final String orderId;
  private final AtomicInteger asked = new AtomicInteger();
  private volatile boolean ended;
  private volatile Runnable forget = () -> {};
  // Only touched by the one run at a time.
  private long lastVersion;

  private OrderWatch(
      OrderDesk desk,
      Executor executor,
      WatchOrderRequest request,
      ServerCallStreamObserver<WatchOrderResponse> reader) {
    this.desk = desk;
    this.executor = executor;
    this.reader = reader;
    this.orderId = request.getOrderId();
    this.lastVersion = request.getAfterVersion();
  }

  static void open(
      OrderDesk desk,
      OrderSignals signals,
      Executor executor,
      WatchOrderRequest request,
      ServerCallStreamObserver<WatchOrderResponse> reader) {
    OrderWatch watch = new OrderWatch(desk, executor, request, reader);
    reader.setOnCancelHandler(watch::end);
    reader.setOnReadyHandler(watch::ask);
    // Listen first, look then: a step between the two is seen twice rather than never.
    watch.forget = signals.onStep(request.getOrderId(), watch::ask);
    watch.ask();
  }

  private void ask() {
    if (!ended && asked.getAndIncrement() == 0) {
      executor.execute(this::run);
    }
  }

  private void run() {
    int seen;
    do {
      seen = asked.get();
      try {
        sendWhileReady();
      } catch (RuntimeException failed) {
        log.warn("Watch of order {} ended after version {}", orderId, lastVersion, failed);
        end();
        reader.onError(
            Status.UNAVAILABLE
                .withDescription("steps cannot be read now; ask again after " + lastVersion)
                .asRuntimeException());
      }
    } while (asked.addAndGet(-seen) != 0);
  }

  private void sendWhileReady() {
    while (!ended && reader.isReady()) {
      List<OrderStep> page = desk.steps(orderId, lastVersion, PAGE);
      if (page.isEmpty()) {
        return;
      }
      for (OrderStep step : page) {
        if (!reader.isReady()) {
          return;
        }
        reader.onNext(OrderWire.step(step));
        lastVersion = step.version();
        if (step.state().isFinal()) {
          end();
          reader.onCompleted();
          return;
        }
      }
    }
  }

  private void end() {
    ended = true;
    forget.run();
  }
}

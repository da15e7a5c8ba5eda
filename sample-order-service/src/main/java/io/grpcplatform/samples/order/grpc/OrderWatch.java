package io.grpcplatform.samples.order.grpc;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.samples.order.OrderDesk;
import io.grpcplatform.samples.order.OrderSignals;
import io.grpcplatform.samples.order.OrderStep;
import io.grpcplatform.samples.order.v1.WatchOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderResponse;
import io.grpcplatform.stream.StreamPump;
import io.grpcplatform.stream.StreamPump.Page;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open {@code WatchOrder} stream. Its steps are read on the given executor, one page at a time,
 * and that blocks on the database; a signal only wakes the pump.
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
final class OrderWatch implements StreamPump.Source<WatchOrderResponse> {
  private static final Logger log = LoggerFactory.getLogger(OrderWatch.class);
  private static final int PAGE = 16;

  private final OrderDesk desk;
  private final String orderId;
  private volatile Runnable forget = () -> {};
  private volatile boolean over;
  // Only touched by the one question at a time.
  private long lastVersion;

  private OrderWatch(OrderDesk desk, WatchOrderRequest request) {
    this.desk = desk;
    this.orderId = request.getOrderId();
    this.lastVersion = request.getAfterVersion();
  }

  static void open(
      OrderDesk desk,
      OrderSignals signals,
      Executor executor,
      WatchOrderRequest request,
      StreamObserver<WatchOrderResponse> reader) {
    OrderWatch watch = new OrderWatch(desk, request);
    StreamPump<WatchOrderResponse> pump = StreamPump.open(reader, executor, watch);
    watch.forget = signals.onStep(request.getOrderId(), pump::wake);
    if (watch.over) {
      watch.forget.run();
    }
    // A step between the first look and the signal's begin is seen twice rather than never.
    pump.wake();
  }

  @Override
  public Page<WatchOrderResponse> next() {
    List<OrderStep> steps;
    try {
      steps = desk.steps(orderId, lastVersion, PAGE);
    } catch (RuntimeException failed) {
      log.warn("Watch of order {} ended after version {}", orderId, lastVersion, failed);
      throw Status.UNAVAILABLE
          .withDescription("steps cannot be read now; ask again after " + lastVersion)
          .asRuntimeException();
    }
    if (steps.isEmpty()) {
      return new Page<>(List.of(), false);
    }
    OrderStep last = steps.get(steps.size() - 1);
    lastVersion = last.version();
    return new Page<>(steps.stream().map(OrderWire::step).toList(), last.state().isFinal());
  }

  @Override
  public void over() {
    over = true;
    forget.run();
  }
}

package io.grpcplatform.samples.order.grpc;

import io.grpcplatform.samples.order.OrderSignals;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Has watched orders looked at every five seconds: another instance on the same database may have
 * taken them further, and says nothing here.
 */
@Component
final class WatchReminder implements DisposableBean {
  private static final Duration PERIOD = Duration.ofSeconds(5);

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "order-watch-reminder");
            thread.setDaemon(true);
            return thread;
          });

  @Autowired
  WatchReminder(OrderSignals signals) {
    this(signals, PERIOD);
  }

  WatchReminder(OrderSignals signals, Duration period) {
    var unused =
        timer.scheduleWithFixedDelay(
            signals::remind, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void destroy() {
    timer.shutdownNow();
  }
}

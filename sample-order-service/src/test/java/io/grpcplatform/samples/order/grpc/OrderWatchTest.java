package io.grpcplatform.samples.order.grpc;

import static io.grpcplatform.samples.order.Shop.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpcplatform.samples.order.SagaCommand;
import io.grpcplatform.samples.order.SagaEvent;
import io.grpcplatform.samples.order.Shop;
import io.grpcplatform.samples.order.v1.WatchOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OrderWatchTest {
  private final Shop shop = new Shop();
  private final Reader reader = new Reader();

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void sendsNothingWhileTheReaderIsBehind() {
    String id = shop.desk.place(order("k-1")).order().id();
    watch(id);

    shop.desk.answered(id, SagaCommand.AUTHORIZE, SagaEvent.CARD_DECLINED);
    int whileBehind = reader.steps.size();
    reader.ready = true;
    reader.onReady.run();

    assertThat(whileBehind).isZero();
    assertThat(reader.steps)
        .extracting(WatchOrderResponse::getVersion)
        .containsExactly(1L, 2L, 3L, 4L);
    assertThat(reader.completed).isTrue();
  }

  @Test
  void forgetsCancelledWatch() {
    String id = shop.desk.place(order("k-1")).order().id();
    reader.ready = true;
    watch(id);

    reader.onCancel.run();
    shop.desk.answered(id, SagaCommand.AUTHORIZE, SagaEvent.AUTHORIZED);

    assertThat(reader.steps).hasSize(2);
    assertThat(reader.completed).isFalse();
  }

  @Test
  void seesWhatAnotherInstanceHasDoneWhenReminded() {
    String id = shop.desk.place(order("k-1")).order().id();
    reader.ready = true;
    watch(id);

    shop.elsewhere().answered(id, SagaCommand.AUTHORIZE, SagaEvent.CARD_DECLINED);
    int before = reader.steps.size();
    shop.signals.remind();

    assertThat(before).isEqualTo(2);
    assertThat(reader.steps).hasSize(4);
    assertThat(reader.completed).isTrue();
  }

  @Test
  void remindsWatchersAgainAndAgain() throws Exception {
    CountDownLatch reminded = new CountDownLatch(3);
    shop.signals.onStep("o-1", reminded::countDown);
    WatchReminder reminder = new WatchReminder(shop.signals, Duration.ofMillis(3));

    boolean oftenEnough = reminded.await(20, TimeUnit.SECONDS);
    reminder.destroy();

    assertThat(oftenEnough).isTrue();
  }

  private void watch(String id) {
    var request = WatchOrderRequest.newBuilder().setOrderId(id).build();
    OrderWatch.open(shop.desk, shop.signals, Runnable::run, request, reader);
  }

  /** The server's end of a call whose reader is ready when the test says so. */
  private static final class Reader extends ServerCallStreamObserver<WatchOrderResponse> {
    private final List<WatchOrderResponse> steps = new ArrayList<>();
    private Runnable onReady = () -> {};
    private Runnable onCancel = () -> {};
    private boolean ready;
    private boolean completed;

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public void onNext(WatchOrderResponse step) {
      steps.add(step);
    }

    @Override
    public void onCompleted() {
      completed = true;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {
      onReady = handler;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {
      onCancel = handler;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void onError(Throwable t) {
      throw new AssertionError(t);
    }

    @Override
    public void setCompression(String compression) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void disableAutoRequest() {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}
  }
}

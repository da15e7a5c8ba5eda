package io.grpcplatform.samples.order.payment;

import static io.grpcplatform.samples.order.Shop.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.samples.order.OrderState;
import io.grpcplatform.samples.order.Shop;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import io.grpcplatform.samples.payment.v1.Refunded;
import io.grpcplatform.samples.payment.v1.Rejected;
import io.grpcplatform.telemetry.MessageTraces;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PaymentLinkTest {
  private final Shop shop = new Shop();
  private ScriptedPayments payments;
  private ManagedChannel channel;
  private PaymentLink link;

  @BeforeEach
  void connect() throws Exception {
    payments = new ScriptedPayments(0);
    channel = NettyChannelBuilder.forAddress("127.0.0.1", payments.port()).usePlaintext().build();
    link = link(Duration.ofSeconds(30));
  }

  @AfterEach
  void close() throws Exception {
    payments.close();
    link.stop().get(20, TimeUnit.SECONDS);
    channel.shutdownNow();
    shop.close();
  }

  @Test
  void carriesAnOrderToItsEnd() throws Exception {
    link.start();
    String id = place("k-1");

    var stream = payments.stream();
    stream.agreeTo(stream.command());
    stream.agreeTo(stream.command());

    awaitState(id, OrderState.CONFIRMED);
  }

  @Test
  void sendsWhatWaitedBeforeItStarted() throws Exception {
    String id = place("k-1");

    link.start();

    assertThat(payments.stream().command().getPaymentId()).isEqualTo(id);
  }

  @Test
  void sendsUnansweredCommandAgainAfterKill() throws Exception {
    link.start();
    String id = place("k-1");
    ProcessRequest lost = payments.stream().command();

    payments.kill();
    payments = new ScriptedPayments(payments.port());

    var stream = payments.stream();
    ProcessRequest again = stream.command();
    assertThat(again).isEqualTo(lost);
    stream.agreeTo(again);
    stream.agreeTo(stream.command());
    awaitState(id, OrderState.CONFIRMED);
  }

  @Test
  void sendsOnlyUnansweredCommandsAgain() throws Exception {
    link.start();
    var first = payments.stream();
    place("k-1");
    ProcessRequest authorize = first.command();
    first.agreeTo(authorize);
    ProcessRequest capture = first.command();

    first.end(Status.UNAVAILABLE.withDescription("draining"));

    ProcessRequest again = payments.stream().command();
    assertThat(again).isEqualTo(capture).isNotEqualTo(authorize);
  }

  @Test
  void opensAgainAfterOrderlyEnd() throws Exception {
    link.start();
    place("k-1");
    var first = payments.stream();
    ProcessRequest command = first.command();

    first.complete();

    assertThat(payments.stream().command()).isEqualTo(command);
  }

  @Test
  void cutsStreamThatDoesNotAnswer() throws Exception {
    link = link(Duration.ofMillis(130));
    link.start();
    place("k-1");
    var silent = payments.stream();
    ProcessRequest command = silent.command();

    silent.awaitCancel();

    assertThat(payments.stream().command()).isEqualTo(command);
  }

  @Test
  void parksRejectedCommandAndGoesOn() throws Exception {
    link.start();
    String stuck = place("k-1");
    var stream = payments.stream();
    ProcessRequest command = stream.command();

    stream.answer(
        answerTo(command).setRejected(Rejected.newBuilder().setDetail("no sense")).build());
    String fine = place("k-2");
    stream.agreeTo(stream.command());
    stream.agreeTo(stream.command());

    awaitState(fine, OrderState.CONFIRMED);
    assertThat(shop.outbox.parked()).isEqualTo(1);
    assertThat(shop.state(stuck)).isEqualTo(OrderState.AUTHORIZING);
  }

  @Test
  void parksCommandWhoseAnswerTheSagaForbids() throws Exception {
    link.start();
    place("k-1");
    var stream = payments.stream();
    ProcessRequest command = stream.command();

    stream.answer(answerTo(command).setRefunded(Refunded.getDefaultInstance()).build());
    String fine = place("k-2");
    stream.agreeTo(stream.command());
    stream.agreeTo(stream.command());

    awaitState(fine, OrderState.CONFIRMED);
    assertThat(shop.outbox.parked()).isEqualTo(1);
  }

  @Test
  void dropsAnswersToNothingInFlight() throws Exception {
    link.start();
    String id = place("k-1");
    var stream = payments.stream();
    ProcessRequest command = stream.command();

    stream.answer(answerTo(command).setCommandId("nobody's").build());
    stream.agreeTo(command);
    stream.agreeTo(command);
    stream.agreeTo(stream.command());

    awaitState(id, OrderState.CONFIRMED);
  }

  @Test
  void storesAnswersUnderWayWhenItStops() throws Exception {
    link.start();
    String id = place("k-1");
    var stream = payments.stream();
    ProcessRequest command = stream.command();

    CompletableFuture<Void> stopped = link.stop();
    stream.awaitHalfClose();
    stream.agreeTo(command);
    stream.complete();

    stopped.get(20, TimeUnit.SECONDS);
    assertThat(shop.state(id)).isEqualTo(OrderState.CAPTURING);
    assertThat(shop.outbox.waiting()).isEqualTo(1);
  }

  private PaymentLink link(Duration answerTimeout) {
    var settings =
        new PaymentLinkProperties(
            4,
            2,
            answerTimeout,
            Duration.ofMillis(5),
            Duration.ofMillis(45),
            Duration.ofSeconds(15));
    PaymentLink created =
        new PaymentLink(
            channel, shop.desk, shop.outbox, settings, new Random(7), MessageTraces.none());
    shop.signals.onCommand(created::wake);
    return created;
  }

  private String place(String key) {
    return shop.desk.place(order(key)).order().id();
  }

  private void awaitState(String orderId, OrderState state) throws InterruptedException {
    CountDownLatch reached = new CountDownLatch(1);
    Runnable look =
        () -> {
          if (shop.state(orderId) == state) {
            reached.countDown();
          }
        };
    Runnable forget = shop.signals.onStep(orderId, look);
    look.run();
    assertThat(reached.await(20, TimeUnit.SECONDS))
        .as("%s is %s (expected: %s)", orderId, shop.state(orderId), state)
        .isTrue();
    forget.run();
  }

  private static ProcessResponse.Builder answerTo(ProcessRequest command) {
    return ProcessResponse.newBuilder()
        .setCommandId(command.getCommandId())
        .setPaymentId(command.getPaymentId());
  }
}

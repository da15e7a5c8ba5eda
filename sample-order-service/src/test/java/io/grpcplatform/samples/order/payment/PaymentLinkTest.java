package io.grpcplatform.samples.order.payment;

import static io.grpcplatform.samples.order.Shop.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.samples.order.OrderState;
import io.grpcplatform.samples.order.Shop;
import io.grpcplatform.samples.order.TestSessions;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.samples.payment.v1.Refunded;
import io.grpcplatform.samples.payment.v1.Rejected;
import io.grpcplatform.telemetry.MessageTraces;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PaymentLinkTest {
  private final Shop shop = new Shop();
  private final TestSessions sessions = new TestSessions();
  private ScriptedPayments payments;
  private ManagedChannel channel;
  private PaymentLink link;

  @BeforeEach
  void connect() throws Exception {
    payments = new ScriptedPayments(sessions.serving(), 0);
    channel = NettyChannelBuilder.forAddress("127.0.0.1", payments.port()).usePlaintext().build();
    link = link(Duration.ofSeconds(30));
  }

  @AfterEach
  void close() throws Exception {
    payments.close();
    link.stop().get(20, TimeUnit.SECONDS);
    channel.shutdownNow();
    sessions.close();
    shop.close();
  }

  @Test
  void carriesAnOrderToItsEnd() throws Exception {
    link.start();
    String id = place("k-1");

    payments.command().agree();
    payments.command().agree();

    awaitState(id, OrderState.CONFIRMED);
  }

  @Test
  void sendsWhatWaitedBeforeItStarted() throws Exception {
    String id = place("k-1");

    link.start();

    assertThat(payments.command().request().getPaymentId()).isEqualTo(id);
  }

  @Test
  void sendsUnansweredCommandAgainAfterKill() throws Exception {
    link.start();
    String id = place("k-1");
    ProcessRequest lost = payments.command().request();

    payments.kill();
    payments = new ScriptedPayments(sessions.serving(), payments.port());

    var again = payments.command();
    assertThat(again.request()).isEqualTo(lost);
    again.agree();
    payments.command().agree();
    awaitState(id, OrderState.CONFIRMED);
  }

  @Test
  void sendsOnlyUnansweredCommandsAgain() throws Exception {
    link.start();
    place("k-1");
    payments.command().agree();
    var capture = payments.command();

    capture.fail(Status.UNAVAILABLE.withDescription("not now"));

    assertThat(payments.command().request()).isEqualTo(capture.request());
  }

  @Test
  void beginsAnotherSessionWhenOneIsRefusedForGood() throws Exception {
    link.start();
    String id = place("k-1");
    var refused = payments.command();

    refused.fail(Status.INVALID_ARGUMENT.withDescription("never"));

    var again = payments.command();
    assertThat(again.request()).isEqualTo(refused.request());
    again.agree();
    payments.command().agree();
    awaitState(id, OrderState.CONFIRMED);
  }

  @Test
  void opensAnotherStreamWhenAnAnswerIsOverdue() throws Exception {
    link = link(Duration.ofMillis(130));
    link.start();
    String id = place("k-1");
    payments.awaitStream();
    var slow = payments.command();

    payments.awaitStream();
    slow.agree();
    payments.command().agree();

    awaitState(id, OrderState.CONFIRMED);
  }

  @Test
  void sendsLaterWhatTheSessionHadNoRoomFor() throws Exception {
    try (TestSessions narrow = new TestSessions(150)) {
      link = link(narrow, Duration.ofSeconds(30));
      String first = place("k-1");
      String second = place("k-2");

      link.start();
      for (int i = 0; i < 4; i++) {
        payments.command().agree();
      }

      awaitState(first, OrderState.CONFIRMED);
      awaitState(second, OrderState.CONFIRMED);
      link.stop().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void findsWhatAnotherInstanceHasLeftBehind() throws Exception {
    link = link(Duration.ofMillis(130));
    link.start();
    String before = place("k-1");
    payments.command().agree();
    payments.command().agree();
    awaitState(before, OrderState.CONFIRMED);

    String id = shop.elsewhere().place(order("k-2")).order().id();

    assertThat(payments.command().request().getPaymentId()).isEqualTo(id);
  }

  @Test
  void parksRejectedCommandAndGoesOn() throws Exception {
    link.start();
    String stuck = place("k-1");
    var command = payments.command();

    command.end(command.answer().setRejected(Rejected.newBuilder().setDetail("no sense")).build());
    String fine = place("k-2");
    payments.command().agree();
    payments.command().agree();

    awaitState(fine, OrderState.CONFIRMED);
    assertThat(shop.outbox.parked()).isEqualTo(1);
    assertThat(shop.state(stuck)).isEqualTo(OrderState.AUTHORIZING);
  }

  @Test
  void parksCommandWhoseAnswerTheSagaForbids() throws Exception {
    link.start();
    place("k-1");
    var command = payments.command();

    command.end(command.answer().setRefunded(Refunded.getDefaultInstance()).build());
    String fine = place("k-2");
    payments.command().agree();
    payments.command().agree();

    awaitState(fine, OrderState.CONFIRMED);
    assertThat(shop.outbox.parked()).isEqualTo(1);
  }

  @Test
  void dropsAnswersToNothingInFlight() throws Exception {
    link.start();
    String id = place("k-1");
    var command = payments.command();

    command.send(command.answer().setCommandId("nobody's").build());
    command.send(command.agreement());
    command.agree();
    payments.command().agree();

    awaitState(id, OrderState.CONFIRMED);
  }

  @Test
  void storesAnswersUnderWayWhenItStops() throws Exception {
    link.start();
    String id = place("k-1");
    var command = payments.command();

    CompletableFuture<Void> stopped = link.stop();
    command.agree();

    stopped.get(20, TimeUnit.SECONDS);
    assertThat(shop.state(id)).isEqualTo(OrderState.CAPTURING);
    assertThat(shop.outbox.waiting()).isEqualTo(1);
  }

  private PaymentLink link(Duration answerTimeout) {
    return link(sessions, answerTimeout);
  }

  private PaymentLink link(TestSessions over, Duration answerTimeout) {
    var settings =
        new PaymentLinkProperties(4, answerTimeout, Duration.ofMillis(45), Duration.ofSeconds(15));
    PaymentLink created =
        new PaymentLink(
            over.calling(), channel, shop.desk, shop.outbox, settings, MessageTraces::none);
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
}

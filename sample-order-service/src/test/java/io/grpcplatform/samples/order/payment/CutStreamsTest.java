package io.grpcplatform.samples.order.payment;

import static io.grpcplatform.samples.order.Shop.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.samples.order.OrderState;
import io.grpcplatform.samples.order.Shop;
import io.grpcplatform.samples.order.TestSessions;
import io.grpcplatform.samples.payment.v1.AuthorizationVoided;
import io.grpcplatform.samples.payment.v1.Authorized;
import io.grpcplatform.samples.payment.v1.Captured;
import io.grpcplatform.samples.payment.v1.DeclineReason;
import io.grpcplatform.samples.payment.v1.Declined;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import io.grpcplatform.stream.SessionAnswers;
import io.grpcplatform.stream.Sessions;
import io.grpcplatform.telemetry.MessageTraces;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A payment service that keeps cutting the stream, before it carries a command out, after that, and
 * after it has answered.
 */
class CutStreamsTest {
  private static final int ORDERS = 200;

  private final Shop shop = new Shop();
  private final TestSessions sessions = new TestSessions();
  private final CuttingPayments payments = new CuttingPayments();

  @AfterEach
  void close() {
    sessions.close();
    shop.close();
  }

  @Test
  void losesNothingAndChargesNothingTwice() throws Exception {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    payments.serve(sessions.serving());
    Server server = NettyServerBuilder.forAddress(address).addService(payments).build().start();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    var settings =
        new PaymentLinkProperties(
            16, Duration.ofSeconds(30), Duration.ofMillis(3), Duration.ofSeconds(1));
    var link =
        new PaymentLink(
            sessions.calling(), channel, shop.desk, shop.outbox, settings, MessageTraces::none);
    shop.signals.onCommand(link::wake);
    CountDownLatch finished = new CountDownLatch(ORDERS);

    link.start();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < ORDERS; i++) {
      String card = i % 5 == 0 ? "tok_0002" : i % 7 == 0 ? "tok_0119" : Shop.GOOD_CARD;
      String id = shop.desk.place(order("k-" + i, "mug-blue", card)).order().id();
      ids.add(id);
      countDownAtTheEndOf(id, finished);
    }

    assertThat(finished.await(60, TimeUnit.SECONDS)).as("all orders have ended").isTrue();
    link.stop().get(20, TimeUnit.SECONDS);
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(payments.cuts.get()).as("streams cut").isGreaterThan(20);
    assertThat(payments.carriedOut.values()).as("each command").containsOnly(1);
    List<String> confirmed =
        ids.stream().filter(id -> shop.state(id) == OrderState.CONFIRMED).toList();
    assertThat(payments.captured).containsExactlyInAnyOrderElementsOf(confirmed);
    assertThat(confirmed).hasSize(137);
    assertThat(shop.reserved("mug-blue")).isZero();
  }

  private void countDownAtTheEndOf(String id, CountDownLatch finished) {
    var once = new CountDownLatch(1);
    Runnable look =
        () -> {
          synchronized (once) {
            if (once.getCount() > 0 && shop.state(id).isFinal()) {
              once.countDown();
              finished.countDown();
            }
          }
        };
    shop.signals.onStep(id, look);
    look.run();
  }

  /**
   * Remembers its answers by command id, and ends one stream in ten messages at one of three
   * moments.
   */
  private static final class CuttingPayments extends PaymentServiceGrpc.PaymentServiceImplBase {
    private final Random chance = new Random(11);
    private final Map<String, ProcessResponse> answers = new ConcurrentHashMap<>();
    private final Map<String, Integer> carriedOut = new ConcurrentHashMap<>();
    private final List<String> captured = new ArrayList<>();
    private final Map<String, String> cards = new ConcurrentHashMap<>();
    private final AtomicInteger cuts = new AtomicInteger();

    private Sessions.Served<ProcessRequest, ProcessResponse> sessions;

    void serve(Sessions serving) {
      sessions = serving.serve(PaymentServiceGrpc.getProcessMethod(), this::command);
    }

    @Override
    public StreamObserver<ProcessRequest> process(StreamObserver<ProcessResponse> answered) {
      return sessions.stream(answered);
    }

    private CompletionStage<Void> command(
        ProcessRequest command, SessionAnswers<ProcessResponse> answers) {
      int moment;
      synchronized (chance) {
        moment = chance.nextInt(30);
      }
      cutAt(moment, 0);
      ProcessResponse answer = carryOutOnce(command);
      cutAt(moment, 1);
      answers.send(answer);
      cutAt(moment, 2);
      return CompletableFuture.completedFuture(null);
    }

    private void cutAt(int moment, int here) {
      if (moment == here) {
        cuts.incrementAndGet();
        throw Status.UNAVAILABLE.withDescription("cut").asRuntimeException();
      }
    }

    private synchronized ProcessResponse carryOutOnce(ProcessRequest command) {
      return answers.computeIfAbsent(
          command.getCommandId(),
          id -> {
            carriedOut.merge(id, 1, Integer::sum);
            return carryOut(command);
          });
    }

    private ProcessResponse carryOut(ProcessRequest command) {
      String id = command.getPaymentId();
      var answer =
          ProcessResponse.newBuilder().setCommandId(command.getCommandId()).setPaymentId(id);
      switch (command.getCommandCase()) {
        case AUTHORIZE -> {
          String card = command.getAuthorize().getCardToken();
          cards.put(id, card);
          if (card.endsWith("0002")) {
            answer.setDeclined(
                Declined.newBuilder().setReason(DeclineReason.DECLINE_REASON_CARD_DECLINED));
          } else {
            answer.setAuthorized(Authorized.getDefaultInstance());
          }
        }
        case CAPTURE -> {
          if (cards.get(id).endsWith("0119")) {
            answer.setDeclined(
                Declined.newBuilder().setReason(DeclineReason.DECLINE_REASON_CAPTURE_DECLINED));
          } else {
            captured.add(id);
            answer.setCaptured(Captured.getDefaultInstance());
          }
        }
        case VOID_AUTHORIZATION ->
            answer.setAuthorizationVoided(AuthorizationVoided.getDefaultInstance());
        default -> throw new AssertionError("not in this script: " + command);
      }
      return answer.build();
    }
  }
}

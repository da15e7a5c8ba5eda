package io.grpcplatform.samples.payment.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpcplatform.samples.payment.Money;
import io.grpcplatform.samples.payment.PaymentCommand;
import io.grpcplatform.samples.payment.PaymentDesk;
import io.grpcplatform.samples.payment.TestSessions;
import io.grpcplatform.samples.payment.storage.TestLedger;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.samples.payment.v1.RefundPaymentRequest;
import io.grpcplatform.samples.payment.v1.RefundPaymentResponse;
import io.grpcplatform.telemetry.MessageTraces;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RefundPaymentTest {
  private final TestLedger database = new TestLedger();
  private final TestSessions sessions = new TestSessions();
  private final PaymentDesk desk = new PaymentDesk(database.ledger(), InstantSource.system());
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void serve() throws Exception {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        NettyServerBuilder.forAddress(address)
            .addService(new PaymentGrpcService(desk, sessions.serving(), MessageTraces.none()))
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.shutdownNow();
    sessions.close();
    database.close();
  }

  @Test
  void givesTheMoneyBackOncePerKey() {
    capture("p-1");

    RefundPaymentResponse first = refund("r-1", "p-1");
    RefundPaymentResponse again = refund("r-1", "p-1");

    assertThat(first.getAmount().getMinorUnits()).isEqualTo(1_299);
    assertThat(again).isEqualTo(first);
    assertThat(database.captured()).isZero();
    assertThat(database.commandsStored()).isEqualTo(3);
  }

  @Test
  void refusesSecondRefundUnderAnotherKey() {
    capture("p-1");
    refund("r-1", "p-1");

    assertThat(refusal("r-2", "p-1")).isEqualTo(Status.Code.FAILED_PRECONDITION);
  }

  @Test
  void refusesKeyOfAnotherCommand() {
    capture("p-1");

    assertThat(refusal("capture-p-1", "p-1")).isEqualTo(Status.Code.ALREADY_EXISTS);
    assertThat(database.captured()).isEqualTo(1_299);
  }

  @Test
  void tellsUnknownPaymentsFromMalformedCommands() {
    assertThat(refusal("r-1", "nobody")).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(refusal("", "p-1")).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refusal("r-2", "p".repeat(65))).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  private void capture(String payment) {
    var hold = new PaymentCommand.Authorize(new Money(1_299, "EUR"), "tok_4242");
    desk.answer(new PaymentCommand("authorize-" + payment, payment, hold));
    desk.answer(new PaymentCommand("capture-" + payment, payment, new PaymentCommand.Capture()));
  }

  private RefundPaymentResponse refund(String command, String payment) {
    return PaymentServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .refundPayment(
            RefundPaymentRequest.newBuilder().setCommandId(command).setPaymentId(payment).build());
  }

  private Status.Code refusal(String command, String payment) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> refund(command, payment))
        .getStatus()
        .getCode();
  }
}

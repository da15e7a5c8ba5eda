package io.grpcplatform.samples.payment.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.samples.money.v1.Money;
import io.grpcplatform.samples.payment.PaymentDesk;
import io.grpcplatform.samples.payment.TestSessions;
import io.grpcplatform.samples.payment.storage.TestLedger;
import io.grpcplatform.samples.payment.v1.Authorize;
import io.grpcplatform.samples.payment.v1.Capture;
import io.grpcplatform.samples.payment.v1.GetPaymentRequest;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.samples.payment.v1.PaymentStatus;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import io.grpcplatform.samples.payment.v1.RejectReason;
import io.grpcplatform.telemetry.MessageTraces;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommandStreamTest {
  private final TestLedger database = new TestLedger();
  private final TestSessions sessions = new TestSessions();
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void serve() throws Exception {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var desk = new PaymentDesk(database.ledger(), InstantSource.system());
    server =
        NettyServerBuilder.forAddress(address)
            .addService(new PaymentGrpcService(desk, sessions.serving(), MessageTraces.none()))
            .build();
    server.start();
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
  void answersCommandsInTheirOrder() throws Exception {
    var stream = new ProcessCaller(channel).reading(Integer.MAX_VALUE);

    stream.send(authorize("a-1", "p-1"));
    stream.send(authorize("a-2", "p-2"));
    stream.send(capture("c-1", "p-1"));

    assertThat(stream.next().getCommandId()).isEqualTo("a-1");
    assertThat(stream.next().getCommandId()).isEqualTo("a-2");
    assertThat(stream.next().getCaptured().getAmount().getMinorUnits()).isEqualTo(1_299);
  }

  @Test
  void repeatsTheStoredAnswerOnAnotherStream() throws Exception {
    var first = new ProcessCaller(channel).reading(Integer.MAX_VALUE);
    first.send(authorize("a-1", "p-1"));
    ProcessResponse answer = first.next();
    first.cancel();

    var second = new ProcessCaller(channel).reading(Integer.MAX_VALUE);
    second.send(authorize("a-1", "p-1"));

    assertThat(second.next()).isEqualTo(answer);
    assertThat(database.commandsStored()).isEqualTo(1);
  }

  @Test
  void answersWhatArrivedBeforeHalfClose() throws Exception {
    var stream = new ProcessCaller(channel).reading(Integer.MAX_VALUE);

    stream.send(authorize("a-1", "p-1"));
    stream.send(capture("c-1", "p-1"));
    stream.halfClose();

    assertThat(stream.next().hasAuthorized()).isTrue();
    assertThat(stream.next().hasCaptured()).isTrue();
    assertThat(stream.end().getCode()).isEqualTo(Status.Code.OK);
  }

  @Test
  void keepsTheCommandOfCancelledStream() throws Exception {
    var stream = new ProcessCaller(channel).reading(Integer.MAX_VALUE);
    stream.send(authorize("a-1", "p-1"));
    stream.next();

    stream.cancel();

    assertThat(stream.end().getCode()).isEqualTo(Status.Code.CANCELLED);
    var payment =
        PaymentServiceGrpc.newBlockingStub(channel)
            .getPayment(GetPaymentRequest.newBuilder().setPaymentId("p-1").build())
            .getPayment();
    assertThat(payment.getStatus()).isEqualTo(PaymentStatus.PAYMENT_STATUS_AUTHORIZED);
  }

  @Test
  void endsTheStreamOnCommandWithoutId() throws Exception {
    var stream = new ProcessCaller(channel).reading(Integer.MAX_VALUE);

    stream.send(capture("", "p-1"));

    Status end = stream.end();
    assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(end.getDescription()).contains("command_id");
  }

  @Test
  void rejectsMalformedCommandAndGoesOn() throws Exception {
    var stream = new ProcessCaller(channel).reading(Integer.MAX_VALUE);

    stream.send(ProcessRequest.newBuilder().setCommandId("x").setPaymentId("p-1").build());
    stream.send(authorize("a-1", "p-1"));

    assertThat(stream.next().getRejected().getReason())
        .isEqualTo(RejectReason.REJECT_REASON_MALFORMED);
    assertThat(stream.next().hasAuthorized()).isTrue();
  }

  @Test
  void answersEverythingOnceTheCallerReads() throws Exception {
    var stream = new ProcessCaller(channel).reading(0);
    String bulky = "x".repeat(4_000);

    // 1.2 MB of commands and of answers: far more than the windows of the connection hold.
    for (int i = 0; i < 300; i++) {
      stream.send(capture(bulky + i, "p-1"));
    }
    stream.readAll();

    for (int i = 0; i < 300; i++) {
      assertThat(stream.next().getCommandId()).isEqualTo(bulky + i);
    }
  }

  @Test
  void asksForNothingWhileAnswersAreUnread() {
    var slow = new SlowReader();
    var desk = new PaymentDesk(database.ledger(), InstantSource.system());
    StreamObserver<ProcessRequest> stream =
        sessions
            .serving()
            .serve(
                PaymentServiceGrpc.getProcessMethod(),
                new CommandStream(desk, MessageTraces.none()))
            .stream(slow);

    stream.onNext(authorize("a-1", "p-1"));
    int whileUnread = slow.requested;
    slow.ready = true;
    slow.onReady.run();
    slow.onReady.run();

    assertThat(whileUnread).isEqualTo(1);
    assertThat(slow.requested).isEqualTo(2);
    assertThat(slow.answers).hasSize(1);
  }

  @Test
  void doesNotKnowPaymentsNobodyNamed() {
    var stub = PaymentServiceGrpc.newBlockingStub(channel);

    StatusRuntimeException thrown =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> stub.getPayment(GetPaymentRequest.newBuilder().setPaymentId("nobody").build()));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  private static ProcessRequest authorize(String command, String payment) {
    return ProcessRequest.newBuilder()
        .setCommandId(command)
        .setPaymentId(payment)
        .setAuthorize(
            Authorize.newBuilder()
                .setAmount(Money.newBuilder().setMinorUnits(1_299).setCurrency("EUR"))
                .setCardToken("tok_4242"))
        .build();
  }

  private static ProcessRequest capture(String command, String payment) {
    return ProcessRequest.newBuilder()
        .setCommandId(command)
        .setPaymentId(payment)
        .setCapture(Capture.getDefaultInstance())
        .build();
  }
}

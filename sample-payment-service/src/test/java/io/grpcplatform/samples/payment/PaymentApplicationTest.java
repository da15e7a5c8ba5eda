package io.grpcplatform.samples.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.InspectedSection;
import io.grpcplatform.samples.money.v1.Money;
import io.grpcplatform.samples.payment.v1.Authorize;
import io.grpcplatform.samples.payment.v1.GetPaymentRequest;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.samples.payment.v1.PaymentStatus;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.testing.LocalGrpcPort;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** The service as it starts, over loopback. */
@SpringBootTest(
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "platform.server.port=0",
      "spring.datasource.url=jdbc:h2:mem:payment-context;DB_CLOSE_DELAY=-1"
    })
class PaymentApplicationTest {
  @LocalGrpcPort private int port;
  private ManagedChannel channel;

  @BeforeEach
  void connect() {
    channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
  }

  @Test
  void declinesCardAndKnowsThePaymentAfterwards() throws Exception {
    var stub =
        PaymentServiceGrpc.newBlockingV2Stub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    var authorize =
        Authorize.newBuilder()
            .setAmount(Money.newBuilder().setMinorUnits(1_299).setCurrency("EUR"))
            .setCardToken("tok_0002");

    var stream = stub.process();
    stream.write(
        ProcessRequest.newBuilder()
            .setCommandId("a-1")
            .setPaymentId("p-1")
            .setAuthorize(authorize)
            .build());
    var answer = stream.read();
    stream.halfClose();
    var payment =
        stub.getPayment(GetPaymentRequest.newBuilder().setPaymentId("p-1").build()).getPayment();

    assertThat(answer.hasDeclined()).isTrue();
    assertThat(payment.getStatus()).isEqualTo(PaymentStatus.PAYMENT_STATUS_DECLINED);
  }

  @Test
  void itsSettingsRaiseNoFindings(@Autowired List<InspectedSection> sections) {
    assertThat(sections)
        .filteredOn(section -> section.name().equals("startup"))
        .singleElement()
        .satisfies(startup -> assertThat(startup.content()).hasToString("{findings=[]}"));
  }
}

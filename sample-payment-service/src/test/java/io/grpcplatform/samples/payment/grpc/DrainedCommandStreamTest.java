package io.grpcplatform.samples.payment.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.samples.payment.PaymentApplication;
import io.grpcplatform.samples.payment.v1.Capture;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The stream in the whole service, which is told to stop while the stream is open. */
class DrainedCommandStreamTest {

  @Test
  void endsUnavailableWhenTheServiceDrains() throws Exception {
    ConfigurableApplicationContext service =
        new SpringApplicationBuilder(PaymentApplication.class)
            .run(
                "--server.port=0",
                "--platform.server.port=0",
                "--spring.datasource.url=jdbc:h2:mem:payment-drain;DB_CLOSE_DELAY=-1");
    int port = service.getEnvironment().getRequiredProperty("local.grpc.port", Integer.class);
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    var stream = new ProcessCaller(channel).reading(Integer.MAX_VALUE);
    stream.send(
        ProcessRequest.newBuilder()
            .setCommandId("c-1")
            .setPaymentId("p-1")
            .setCapture(Capture.getDefaultInstance())
            .build());
    assertThat(stream.next().hasRejected()).isTrue();

    service.close();

    Status end = stream.end();
    channel.shutdownNow();
    assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(stream.reason()).isEqualTo("DRAINING");
  }
}

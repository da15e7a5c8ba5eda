package io.grpcplatform.samples.order.payment;

import io.grpc.Channel;
import io.grpcplatform.client.GrpcClient;
import io.grpcplatform.samples.order.OrderDesk;
import io.grpcplatform.samples.order.OrderSignals;
import io.grpcplatform.samples.order.Outbox;
import io.grpcplatform.telemetry.MessageTraces;
import java.util.random.RandomGenerator;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The link to the payment service over the channel {@code payment}. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PaymentLinkProperties.class)
final class PaymentLinkConfiguration {

  // PaymentLinkLifecycle starts and stops it; Spring must not guess a method to do so.
  @Bean(destroyMethod = "")
  PaymentLink paymentLink(
      @GrpcClient("payment") Channel channel,
      OrderDesk desk,
      Outbox outbox,
      OrderSignals signals,
      PaymentLinkProperties settings,
      MessageTraces traces) {
    PaymentLink link =
        new PaymentLink(channel, desk, outbox, settings, RandomGenerator.getDefault(), traces);
    signals.onCommand(link::wake);
    return link;
  }

  @Bean
  PaymentLinkLifecycle paymentLinkLifecycle(PaymentLink link) {
    return new PaymentLinkLifecycle(link);
  }
}

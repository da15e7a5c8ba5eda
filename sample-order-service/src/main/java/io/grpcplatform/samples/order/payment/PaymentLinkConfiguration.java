package io.grpcplatform.samples.order.payment;

import io.grpc.Channel;
import io.grpcplatform.client.GrpcClient;
import io.grpcplatform.samples.order.OrderDesk;
import io.grpcplatform.samples.order.OrderSignals;
import io.grpcplatform.samples.order.Outbox;
import io.grpcplatform.stream.Sessions;
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
      Sessions sessions,
      @GrpcClient("payment") Channel channel,
      OrderDesk desk,
      Outbox outbox,
      OrderSignals signals,
      PaymentLinkProperties settings,
      StreamTraces traces) {
    PaymentLink link = new PaymentLink(sessions, channel, desk, outbox, settings, traces::latest);
    signals.onCommand(link::wake);
    return link;
  }

  @Bean
  PaymentLinkLifecycle paymentLinkLifecycle(PaymentLink link) {
    return new PaymentLinkLifecycle(link);
  }
}

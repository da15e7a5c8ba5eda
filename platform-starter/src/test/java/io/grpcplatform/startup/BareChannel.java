package io.grpcplatform.startup;

import io.grpc.Channel;
import io.grpcplatform.client.GrpcClient;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Calls that nobody knows the services of. */
@Configuration(proxyBeanMethods = false)
class BareChannel {

  @Bean
  Integer bareCaller(@GrpcClient("stock") Channel stock) {
    return stock.hashCode();
  }
}

package io.grpcplatform.live;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Configuration;

/** An application with a prefix of its own under ours. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(OwnProperties.Mine.class)
class OwnProperties {

  @ConfigurationProperties("platform.of.mine")
  record Mine(String color) {}
}

package io.grpcplatform.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.testing.AutoConfigureInProcessGrpc;
import io.grpcplatform.testing.LocalGrpcPort;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

final class TestingAnnotationsTest {

  @Nested
  @SpringBootTest(
      classes = App.class,
      webEnvironment = WebEnvironment.NONE,
      properties = "platform.server.port=0")
  final class OverTheSocket {

    @LocalGrpcPort int port;

    @Test
    void injectsThePortThatWasPicked() {
      ManagedChannel channel =
          Grpc.newChannelBuilderForAddress("127.0.0.1", port, InsecureChannelCredentials.create())
              .build();

      assertThat(echo(channel)).isEqualTo("hello");
      channel.shutdownNow();
    }
  }

  @Nested
  @AutoConfigureInProcessGrpc
  @SpringBootTest(classes = App.class, webEnvironment = WebEnvironment.NONE)
  final class InTheProcess {

    @Autowired Environment environment;
    @Autowired GrpcChannels channels;

    @Test
    void sendsChannelsWithoutTargetThere() {
      assertThat(echo(channels.channel("echo"))).isEqualTo("hello");
    }

    @Test
    void servesInProcessAndOpensNoSocket() {
      String name = environment.getProperty("platform.server.in-process-name");
      ManagedChannel channel = InProcessChannelBuilder.forName(name).build();

      assertThat(echo(channel)).isEqualTo("hello");
      assertThat(environment.getProperty("platform.client.in-process-name")).isEqualTo(name);
      assertThat(environment.containsProperty("local.grpc.port")).isFalse();
      channel.shutdownNow();
    }
  }

  private static String echo(Channel channel) {
    return EchoServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(10, TimeUnit.SECONDS)
        .unary(EchoRequest.newBuilder().setText("hello").build())
        .getText();
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class App {

    @Bean
    EchoHandler echo() {
      return new EchoHandler();
    }
  }
}

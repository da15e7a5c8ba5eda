package io.grpcplatform.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.channelz.v1.ChannelzGrpc;
import io.grpc.channelz.v1.GetServersRequest;
import io.grpc.channelz.v1.GetServersResponse;
import io.grpc.channelz.v1.GetTopChannelsRequest;
import io.grpc.channelz.v1.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Reflection and channelz, asked by their own clients. */
final class AdminServicesTest {

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(PlatformAutoConfiguration.class, ServerAutoConfiguration.class))
          .withBean(EchoHandler.class)
          .withPropertyValues("platform.server.port=0");
  private ManagedChannel channel;

  @AfterEach
  void close() {
    if (channel != null) {
      channel.shutdownNow();
    }
  }

  private ManagedChannel channelTo(ApplicationContext context) {
    String port = context.getEnvironment().getRequiredProperty("local.grpc.port");
    close();
    channel = NettyChannelBuilder.forTarget("127.0.0.1:" + port).usePlaintext().build();
    return channel;
  }

  private ChannelzGrpc.ChannelzBlockingStub channelz(ApplicationContext context) {
    return ChannelzGrpc.newBlockingStub(channelTo(context)).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private static Status.Code refused(ChannelzGrpc.ChannelzBlockingStub stub) {
    return catchThrowableOfType(
            StatusRuntimeException.class,
            () -> stub.getServers(GetServersRequest.getDefaultInstance()))
        .getStatus()
        .getCode();
  }

  @Test
  void channelzIsServedOnlyWhenAsked() {
    application.run(
        context -> assertThat(refused(channelz(context))).isEqualTo(Status.Code.UNIMPLEMENTED));
    application
        .withPropertyValues("platform.server.channelz.enabled=true")
        .run(
            context -> {
              ChannelzGrpc.ChannelzBlockingStub stub = channelz(context);
              EchoServiceGrpc.newBlockingStub(channel).unary(EchoRequest.getDefaultInstance());

              GetServersResponse servers = stub.getServers(GetServersRequest.getDefaultInstance());

              assertThat(servers.getServerList())
                  .extracting(Server::getData)
                  .anySatisfy(data -> assertThat(data.getCallsSucceeded()).isPositive());
              assertThat(
                      stub.getTopChannels(GetTopChannelsRequest.getDefaultInstance())
                          .getChannelList())
                  .anySatisfy(
                      seen -> assertThat(seen.getData().getTarget()).startsWith("127.0.0.1:"));
            });
  }

  @Test
  void reflectionTellsAStrangerTheWholeContract() {
    application
        .withPropertyValues("platform.server.reflection.enabled=true")
        .run(
            context -> {
              ServerReflectionResponse answer =
                  reflected(channelTo(context), EchoServiceGrpc.SERVICE_NAME)
                      .get(30, TimeUnit.SECONDS);

              FileDescriptorProto file =
                  FileDescriptorProto.parseFrom(
                      answer.getFileDescriptorResponse().getFileDescriptorProto(0));
              assertThat(file.getService(0).getMethodList()).hasSize(4);
            });
  }

  private static CompletableFuture<ServerReflectionResponse> reflected(
      ManagedChannel channel, String symbol) {
    CompletableFuture<ServerReflectionResponse> answered = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    answered.complete(response);
                  }

                  @Override
                  public void onError(Throwable failed) {
                    answered.completeExceptionally(failed);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(ServerReflectionRequest.newBuilder().setFileContainingSymbol(symbol).build());
    return answered;
  }

  @Test
  void interceptorsOfTheApplicationGuardBoth() {
    application
        .withUserConfiguration(Guarded.class)
        .withPropertyValues(
            "platform.server.reflection.enabled=true", "platform.server.channelz.enabled=true")
        .run(
            context -> {
              assertThat(refused(channelz(context))).isEqualTo(Status.Code.PERMISSION_DENIED);
              assertThat(reflected(channel, EchoServiceGrpc.SERVICE_NAME))
                  .failsWithin(Duration.ofSeconds(30))
                  .withThrowableThat()
                  .withMessageContaining("PERMISSION_DENIED");
            });
  }

  @Configuration(proxyBeanMethods = false)
  static class Guarded {
    @Bean
    @GlobalServerInterceptor
    ServerInterceptor guard() {
      return new ServerInterceptor() {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
          call.close(Status.PERMISSION_DENIED, new Metadata());
          return new ServerCall.Listener<>() {};
        }
      };
    }
  }
}

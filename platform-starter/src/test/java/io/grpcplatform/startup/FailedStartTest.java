package io.grpcplatform.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.RuntimeVersion;
import com.google.protobuf.RuntimeVersion.RuntimeDomain;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import io.grpcplatform.client.GrpcClient;
import io.grpcplatform.server.GrpcService;
import io.grpcplatform.test.shop.v1.PricesGrpc;
import io.grpcplatform.test.v1.StockServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What a stranger reads when an application does not start: a real start, and its real output. */
@ExtendWith(OutputCaptureExtension.class)
class FailedStartTest {

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {

    @Bean
    PricesGrpc.PricesImplBase prices() {
      return new PricesGrpc.PricesImplBase() {};
    }
  }

  @Test
  void aTakenPortNamesPropertyAndWhoToAsk(CapturedOutput output) throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      fail(
          Application.class,
          "platform.server.address=127.0.0.1",
          "platform.server.port=" + taken.getLocalPort());

      assertThat(output)
          .contains(
              "The gRPC server cannot listen on port "
                  + taken.getLocalPort()
                  + " of 127.0.0.1 (platform.server.port): ")
          .containsIgnoringCase("address already in use")
          .contains(
              "    ss -ltnp 'sport = :" + taken.getLocalPort() + "'",
              "    lsof -nP -iTCP:" + taken.getLocalPort() + " -sTCP:LISTEN",
              "    platform:\n      server:\n        port: 0");
    }
  }

  static final class WrongChannel extends Application {
    @GrpcClient("stokc")
    StockServiceGrpc.@Nullable StockServiceBlockingStub stock;
  }

  @Test
  void anUnknownChannelNamesThoseThereAre(CapturedOutput output) {
    fail(WrongChannel.class, "platform.client.channels.stock.target=localhost:1");

    assertThat(output)
        .contains(
            "target: not set (expected: the target of the channel \"stokc\" that a @GrpcClient or"
                + " GrpcChannels asks for; configured channels: stock; is \"stock\" meant?,"
                + " platform.client.channels.stokc.target)",
            "          stokc:\n            target: static://localhost:9090");
  }

  @Test
  void aChannelWithoutTargetSaysWhatTargetsLookLike(CapturedOutput output) {
    fail(Application.class, "platform.client.channels.stock.wait-for-ready=true");

    assertThat(output)
        .contains(
            "target: not set (expected: host:port, dns:///name:port,",
            "          stock:\n            target: static://localhost:9090");
  }

  @Test
  void anInvalidTargetSaysWhatTargetsLookLike(CapturedOutput output) {
    fail(Application.class, "platform.client.channels.stock.target=http://stock/");

    assertThat(output)
        .contains(
            "target: http://stock/ (expected: host:port, dns:///name:port,",
            "          stock:\n            target: static://localhost:9090");
  }

  @Test
  void anSslBundleIsNotSilentlyIgnored(CapturedOutput output) {
    fail(
        Application.class,
        "platform.client.channels.stock.target=localhost:1",
        "platform.client.channels.stock.ssl.bundle=stock");

    assertThat(output)
        .contains(
            "bundle: stock (expected: a property that exists; this version has none of that name,"
                + " platform.client.channels.stock.ssl.bundle)");
  }

  static final class NoStub extends Application {
    @GrpcClient("stock")
    @Nullable String stock;
  }

  @Test
  void aTypeThatIsNoStubSaysWhatCanBeInjected(CapturedOutput output) {
    fail(NoStub.class, "platform.client.channels.stock.target=localhost:1");

    assertThat(output)
        .contains(
            "java.lang.String is no stub this version can make (expected: io.grpc.Channel, or a"
                + " blocking,",
            "Inject one of the stub classes inside the generated ...Grpc class",
            "    @GrpcClient(\"payment\") io.grpc.Channel payment");
  }

  static final class TwoServices extends Application {
    @Bean
    PricesGrpc.PricesImplBase others() {
      return new PricesGrpc.PricesImplBase() {};
    }
  }

  @Test
  void twoBeansOfOneServiceAreBothNamed(CapturedOutput output) {
    fail(TwoServices.class);

    assertThat(output)
        .contains("Two beans serve shop.v1.Prices: 'others' (", " and 'prices' (")
        .contains("Remove one of the two beans");
  }

  static final class TwoStages extends Application {
    @Bean
    ServerFeature late() {
      return new ServerFeature() {
        @Override
        public ServerStage stage() {
          return ServerStage.DEADLINE;
        }

        @Override
        public @Nullable StagePlan plan(CallKey key, io.grpc.MethodDescriptor<?, ?> method) {
          return null;
        }
      };
    }
  }

  @Test
  void twoClaimsToOneStageAreBothNamed(CapturedOutput output) {
    fail(TwoStages.class);

    assertThat(output)
        .contains(
            "io.grpcplatform.deadline.DeadlineServerStage",
            "both claim the server stage DEADLINE (expected: one feature per stage)",
            "annotated @GlobalServerInterceptor");
  }

  static final class Refused implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      return next.startCall(call, headers);
    }
  }

  @GrpcService(interceptors = Refused.class)
  static final class Guarded extends StockServiceGrpc.StockServiceImplBase {}

  static final class MissingInterceptor extends Application {
    @Bean
    BindableService guarded() {
      return new Guarded();
    }
  }

  @Test
  void anInterceptorThatIsNoBeanIsNamedWithItsService(CapturedOutput output) {
    fail(MissingInterceptor.class);

    assertThat(output)
        .contains(
            "@GrpcService of the bean 'guarded' names the interceptor "
                + Refused.class.getName()
                + ", of which there are 0 beans (expected: one)",
            "Make exactly one bean of Refused");
  }

  static final class TooNew extends Application {
    @Bean
    String generated() {
      RuntimeVersion.validateProtobufGencodeVersion(
          RuntimeDomain.PUBLIC, RuntimeVersion.MAJOR + 1, 0, 0, "", "shop.v1.Order");
      return "generated";
    }
  }

  @Test
  void generatedCodeNewerThanItsRuntimeNamesBoth(CapturedOutput output) {
    fail(TooNew.class);

    assertThat(output)
        .contains(
            "Code generated from .proto files does not fit the protobuf runtime:",
            "shop.v1.Order",
            "/protobuf-java-" + RuntimeVersion.MAJOR + "." + RuntimeVersion.MINOR + ".",
            "mvn dependency:tree -Dincludes=com.google.protobuf");
  }

  static final class TooOld extends Application {
    @Bean
    String generated() {
      return Optional.<String>empty()
          .orElseThrow(
              () -> new NoClassDefFoundError("com/google/protobuf/RuntimeVersion$RuntimeDomain"));
    }
  }

  @Test
  void aRuntimeFromBeforeVersionFourIsNamed(CapturedOutput output) {
    fail(TooOld.class);

    assertThat(output)
        .contains(
            "    com/google/protobuf/RuntimeVersion$RuntimeDomain",
            "/protobuf-java-",
            "remove the pin");
  }

  static final class NoRules extends Application {
    @Bean
    String generated() {
      return Optional.<String>empty()
          .orElseThrow(() -> new NoClassDefFoundError("build/buf/validate/ValidateProto"));
    }
  }

  @Test
  void aContractWithRulesSaysThatProtovalidateIsMissing(CapturedOutput output) {
    fail(NoRules.class);

    assertThat(output)
        .contains(
            "protovalidate is not on the class path",
            "      <artifactId>protovalidate</artifactId>");
  }

  @Test
  void findingsStopAStartThatIsToStopWithThem(CapturedOutput output) {
    fail(
        Application.class,
        "platform.startup.fail-on-findings=true",
        "platform.server.keepalive.permit-time=10m");

    assertThat(output)
        .contains(
            "[permit-time] platform.server.keepalive.permit-time\n\n    Clients of this platform",
            "Findings stop the start: [permit-time] platform.server.keepalive.permit-time"
                + " (platform.startup.fail-on-findings is true)",
            "Accept one by naming its rule in platform.startup.ignore");
  }

  @Test
  void anInProcessNameThatIsTakenNamesTheProperty(CapturedOutput output) {
    try (var first =
        application(Application.class).run("--platform.server.in-process-name=taken")) {
      assertThat(first.isRunning()).isTrue();

      fail(Application.class, "platform.server.in-process-name=taken");
    }

    assertThat(output)
        .contains(
            "in-process-name: taken (expected: a name that no other server of this process has,"
                + " platform.server.in-process-name)",
            "        in-process-name: taken-2");
  }

  private static void fail(Class<?> application, String... settings) {
    List<String> arguments = new ArrayList<>();
    for (String setting : settings) {
      arguments.add("--" + setting);
    }
    assertThatThrownBy(() -> application(application).run(arguments.toArray(String[]::new)))
        .isNotNull();
  }

  private static SpringApplication application(Class<?> type) {
    SpringApplication application = new SpringApplication(type);
    application.setBannerMode(Banner.Mode.OFF);
    application.setWebApplicationType(WebApplicationType.NONE);
    application.setRegisterShutdownHook(false);
    application.setDefaultProperties(Map.of("platform.server.port", 0));
    return application;
  }
}

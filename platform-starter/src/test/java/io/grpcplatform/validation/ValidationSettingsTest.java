package io.grpcplatform.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpcplatform.CallKey;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.SettingException;
import io.grpcplatform.StagePlan;
import io.grpcplatform.test.v1.BookRequest;
import io.grpcplatform.test.v1.BookingServiceGrpc;
import io.grpcplatform.test.v1.UnclearRequest;
import io.grpcplatform.test.v1.UnclearServiceGrpc;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What the properties do, at the start and while a server runs. */
final class ValidationSettingsTest {

  private static final CallKey BOOK = CallKey.of("", BookingServiceGrpc.getBookMethod());
  private static final String SERVICE = "platform.test.v1.BookingService";

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  PlatformAutoConfiguration.class, ValidationAutoConfiguration.class));

  private static final class Unclear extends UnclearServiceGrpc.UnclearServiceImplBase {}

  private static StatusRuntimeException book(ManagedChannel channel) {
    return catchThrowableOfType(
        StatusRuntimeException.class,
        () -> BookingServiceGrpc.newBlockingStub(channel).book(BookRequest.getDefaultInstance()));
  }

  /** A server whose settings change, and a channel to it. */
  private static final class Running implements AutoCloseable {
    private final Server server;
    private final ManagedChannel channel;

    Running(Settings settings, BindableService... services) throws Exception {
      NettyServerBuilder builder =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      ServerPipeline pipeline =
          ServerPipeline.of(
              List.of(new ValidationServerStage(settings.settings(), RequestRules::standard)),
              method -> true,
              settings.all());
      for (BindableService service : services) {
        builder.addService(pipeline.bind(service.bindService(), List.of()));
      }
      pipeline.trace(builder);
      server = builder.build().start();
      channel =
          NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    }

    @Override
    public void close() throws Exception {
      channel.shutdownNow();
      server.shutdownNow();
      channel.awaitTermination(10, TimeUnit.SECONDS);
      server.awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void theNearestMethodEntryDecides() {
    ValidationProperties settings =
        Settings.of("methods[" + SERVICE + "/*]", "false", "methods[" + SERVICE + "/Book]", "true");

    assertThat(settings.checks(BOOK)).isTrue();
    assertThat(settings.checks(new CallKey("", SERVICE, "Talk"))).isFalse();
    assertThat(settings.checks(new CallKey("", "shop.v1.Shop", "Get"))).isTrue();
    assertThat(settings.maxViolations()).isEqualTo(10);
  }

  @Test
  void wrongSettingsSayWhatWouldBeRight() {
    assertThatThrownBy(() -> Settings.of("max-violations", "0"))
        .hasRootCauseMessage(
            "max-violations: 0 (expected: 1 to 100, platform.validation.max-violations)");
    assertThatThrownBy(() -> Settings.of("methods[Book]", "false"))
        .hasRootCauseInstanceOf(SettingException.class);
  }

  @Test
  void aRunningServerFollowsItsSettings() throws Exception {
    Settings settings = Settings.live();
    Bookings bookings = new Bookings();
    try (Running running = new Running(settings, bookings)) {
      assertThat(Answers.violations(book(running.channel))).hasSize(2);

      settings.change("max-violations", "1");
      assertThat(Answers.violations(book(running.channel))).hasSize(1);

      settings.change("enabled", "false");
      assertThat(book(running.channel)).isNull();

      settings.change("methods[" + SERVICE + "/Book]", "false");
      assertThat(book(running.channel)).isNull();

      settings.change();
      assertThat(book(running.channel).getStatus().getCode())
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(bookings.reached).hasSize(2);
    }
  }

  @Test
  void rulesThatDoNotCompileCannotBeSwitchedOn() throws Exception {
    Settings settings = Settings.live("enabled", "false");
    try (Running running = new Running(settings, new Unclear())) {
      assertThatThrownBy(settings::change)
          .isInstanceOf(SettingException.class)
          .hasMessageContaining("unclear.nights");

      StatusRuntimeException failed =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  UnclearServiceGrpc.newBlockingStub(running.channel)
                      .ask(UnclearRequest.getDefaultInstance()));
      assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    }
  }

  @Test
  void aMethodWhoseRulesDoNotCompileCanBeTakenOut() throws Exception {
    Settings settings = Settings.live("methods[platform.test.v1.UnclearService/Ask]", "false");

    try (Running running = new Running(settings, new Unclear(), new Bookings())) {
      assertThat(book(running.channel).getStatus().getCode())
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void withoutProtovalidateThereIsNoStage() {
    runner
        .withClassLoader(new FilteredClassLoader(Validator.class))
        .run(
            context ->
                assertThat(context).hasNotFailed().doesNotHaveBean(ValidationServerStage.class));
  }

  @Test
  void anUnknownPropertyFailsTheStart() {
    runner
        .withPropertyValues("platform.validation.max-violation=2")
        .run(
            context ->
                assertThat(context.getStartupFailure())
                    .rootCause()
                    .hasMessageContaining("platform.validation.max-violation"));
  }

  @Test
  void aValidatorOfTheUsersOwnIsAsked() {
    Validator content = message -> ValidationResult.EMPTY;
    runner
        .withBean("content", Validator.class, () -> content)
        .run(
            context -> {
              ValidationServerStage stage = context.getBean(ValidationServerStage.class);

              StagePlan plan = stage.plan(BOOK, BookingServiceGrpc.getBookMethod());

              RequestRules rules = ((ValidatedMethod) plan).rules();
              assertThat(rules.broken(BookRequest.getDefaultInstance(), 10)).isEmpty();
            });
  }
}

package io.grpcplatform.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.BindableService;
import io.grpcplatform.client.GrpcClient;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.annotation.AnnotationDescription;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.ClassUtils;

/** Each fails the start with the property, its value, what was expected, and YAML to paste. */
class WrongSettingsTest {

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(everyFeature()))
          .withPropertyValues("platform.server.port=-1");

  @Test
  void reportsAnUnknownChannel() {
    String report =
        reportOf(
            application.withBean(PaymentCaller.class),
            "platform.client.channels.paymnet.target=payment:9091");

    assertThat(report)
        .contains("platform.client.channels.payment.target")
        .contains("not set")
        .contains("the target of the channel \"payment\"")
        .contains("configured channels: paymnet")
        .contains(
            yaml(
                """
                platform:
                  client:
                    channels:
                      payment:
                        target: static://localhost:9090"""));
  }

  @Test
  void reportsAMissingTarget() {
    String report = reportOf(application, "platform.client.channels.payment.user-agent=shop");

    assertThat(report)
        .contains("platform.client.channels.payment.target")
        .contains("target: not set (expected: host:port,")
        .contains("        target: static://localhost:9090");
  }

  @Test
  void reportsAnAddressThatCannotBeParsed() {
    String report = reportOf(application, "platform.client.channels.payment.target=payment:http");

    assertThat(report)
        .contains("platform.client.channels.payment.target")
        .contains("target: payment:http (expected: host:port,")
        .contains("        target: static://localhost:9090");
  }

  @Test
  void reportsANegativeDuration() {
    String report = reportOf(application, "platform.client.defaults.idle-timeout=-5s");

    assertThat(report)
        .contains("idle-timeout: PT-5S (expected: 0s (never) or more,")
        .contains("platform.client.defaults.idle-timeout")
        .contains(
            yaml(
                """
                platform:
                  client:
                    defaults:
                      idle-timeout: 30m"""));
  }

  @Test
  void reportsANegativeDeadline() {
    String report = reportOf(application, "platform.deadline.default=-5s");

    assertThat(report)
        .contains("platform.deadline.default")
        .containsIgnoringCase("-5s")
        .contains("expected:")
        .contains(
            yaml(
                """
                platform:
                  deadline:
                    default: 5s"""));
  }

  @Test
  void reportsANegativeDeadlineOfAMethod() {
    String report = reportOf(application, "platform.deadline.methods[pkg.Service/Method]=-5s");

    assertThat(report)
        .contains("platform.deadline.methods")
        .contains("[pkg.Service/Method]")
        .containsIgnoringCase("-5s (expected: ")
        .contains(
            yaml(
                """
                platform:
                  deadline:
                    methods:
                      "[pkg.Service/Method]": 5s"""));
  }

  @Test
  void reportsAReserveAboveItsMaximum() {
    String report =
        reportOf(
            application,
            "platform.deadline.reserve.min=51ms",
            "platform.deadline.reserve.max=50ms");

    assertThat(report)
        .contains("platform.deadline.reserve.min")
        .contains("51ms")
        .contains("platform.deadline.reserve.max, 50ms")
        .contains(
            yaml(
                """
                platform:
                  deadline:
                    reserve:
                      min: 50ms"""));
  }

  @Test
  void reportsAReserveAboveADeadline() {
    String report =
        reportOf(
            application,
            "platform.deadline.reserve.min=20ms",
            "platform.deadline.methods[pkg.Service/Method]=10ms");

    assertThat(report)
        .contains("platform.deadline.reserve.min")
        .contains("20ms")
        .contains("pkg.Service/Method")
        .contains("10ms")
        .contains(
            yaml(
                """
                platform:
                  deadline:
                    reserve:
                      min: 10ms"""));
  }

  @Test
  void reportsAPropertyOfNoFeature() {
    String report = reportOf(application, "platform.clients.channels.payment.target=payment:1");

    assertThat(report)
        .contains("platform.clients.channels.payment.target")
        .contains("payment:1 (expected: a property that exists; the nearest is")
        .contains(
            yaml(
                """
                platform:
                  client:
                    channels:
                      payment:
                        target: payment:1"""));
  }

  @Test
  void reportsAnUnknownPropertyOfAFeature() {
    String report = reportOf(application, "platform.client.defaults.idle-timeot=7s");

    assertThat(report)
        .contains("idle-timeot: 7s (expected: a property that exists; the nearest is")
        .contains("platform.client.defaults.idle-timeot")
        .contains(
            yaml(
                """
                platform:
                  client:
                    defaults:
                      idle-timeout: 7s"""));
  }

  @Test
  void reportsAnUnknownPropertyOfASwitchedOffFeature() {
    String report =
        reportOf(application, "platform.health.enabled=false", "platform.health.enable=true");

    assertThat(report)
        .contains("platform.health.enable)")
        .contains("the nearest is platform.health.enabled");
  }

  @Test
  void reportsAnUnknownPropertyOfAChannel() {
    String report =
        reportOf(
            application,
            "platform.client.channels.payment.target=payment:9091",
            "platform.client.channels.payment.keepalive.tiem=7s");

    assertThat(report)
        .contains("tiem: 7s (expected: a property that exists; the nearest is")
        .contains("platform.client.channels.payment.keepalive.tiem")
        .contains(
            yaml(
                """
                platform:
                  client:
                    channels:
                      payment:
                        keepalive:
                          time: 7s"""));
  }

  @Test
  void reportsWhatThisVersionDoesNotImplement() {
    String report =
        reportOf(
            application,
            "platform.client.channels.payment.target=payment:9091",
            "platform.client.channels.payment.ssl.bundle=mine");

    assertThat(report)
        .contains("platform.client.channels.payment.ssl.bundle")
        .contains("bundle: mine (expected: a property that exists; this version has none")
        .contains("# nothing reads it: remove platform.client.channels.payment.ssl.bundle");
  }

  @Test
  void reportsAMethodKeyWithoutBrackets() {
    String report =
        reportOf(
            application, "platform.deadline.stream.methods.pkg.v1.Service/Method.idle-timeout=7s");

    assertThat(report)
        .contains("platform.deadline.stream.methods.pkg.v1.Service/Method.idle-timeout")
        .contains("7s (expected: a key in brackets, \"[pkg.Service/Method]\"")
        .contains(
            yaml(
                """
                platform:
                  deadline:
                    stream:
                      methods:
                        "[pkg.v1.Service/Method]":
                          idle-timeout: 7s"""));
  }

  @Test
  void reportsAMethodKeyOfTheWrongForm() {
    String report = reportOf(application, "platform.deadline.methods[/pkg.Service/Method]=7s");

    assertThat(report)
        .contains("platform.deadline.methods[/pkg.Service/Method]")
        .contains("7s (expected: a key in brackets")
        .contains("\"[pkg.Service/Method]\": 7s");
  }

  @Test
  void reportsAMethodThatAServedServiceLacks() {
    ApplicationContextRunner serving =
        application.withBean("echo", BindableService.class, EchoService::new);
    String property = "platform.deadline.methods[platform.test.v1.EchoService/";

    String report = reportOf(serving, property + "Unarry]=7s");

    assertThat(report)
        .contains(property + "Unarry]")
        .contains("7s (expected: a method of platform.test.v1.EchoService: Bidi, ClientStream,")
        .contains("\"[platform.test.v1.EchoService/Unary]\": 7s");
    serving
        .withPropertyValues(property + "Unary]=7s", property + "*]=6s")
        .run(context -> assertThat(context).hasNotFailed());
  }

  @Test
  void reportsAMethodThatACalledServiceLacks() {
    String property = "platform.deadline.methods[platform.test.v1.EchoService/Unnary]";

    String report =
        reportOf(
            application.withBean(PaymentCaller.class),
            "platform.client.channels.payment.target=payment:9091",
            property + "=7s");

    assertThat(report)
        .contains(property)
        .contains("7s (expected: a method of platform.test.v1.EchoService: Bidi, ClientStream,")
        .contains("\"[platform.test.v1.EchoService/Unary]\": 7s");
  }

  @Test
  void reportsAValueOfTheWrongType() {
    String report = reportOf(application, "platform.client.defaults.idle-timeout=false");

    assertThat(report)
        .contains("idle-timeout: false (expected: a duration with its unit; 0s means off,")
        .contains("platform.client.defaults.idle-timeout")
        .contains("      idle-timeout: 30m");
  }

  @Test
  void hidesTheValueOfAMisspeltSecret() {
    String report = reportOf(application, "platform.security.token=hunter2");

    assertThat(report).contains("platform.security.token").doesNotContain("hunter2");
  }

  @Test
  void leavesSharedSourcesAndOtherPropertiesAlone() {
    application
        .withSystemProperties("platform.of.somebody.else=x")
        .withPropertyValues("platformer.game=x", "spring.grpc.x=y")
        .run(context -> assertThat(context).hasNotFailed());
  }

  @Test
  void letsTheApplicationOwnAPrefixToo() {
    ApplicationContextRunner colored =
        application.withPropertyValues("platform.of.mine.color=blue");

    colored.run(context -> assertThat(context).hasFailed());
    colored
        .withBean(ownProperties("platform.of.mine"))
        .run(context -> assertThat(context).hasNotFailed());
  }

  @Test
  void checksNothingWhereItIsSwitchedOff() {
    application
        .withPropertyValues("platform.live.enabled=false", "platform.unknown.word=x")
        .run(context -> assertThat(context).hasNotFailed());
  }

  /** The report of the start with these settings, which starts once the report is followed. */
  private static String reportOf(ApplicationContextRunner application, String... settings) {
    StartReport[] report = new StartReport[1];
    application.withPropertyValues(settings).run(context -> report[0] = StartReport.of(context));
    List<String> corrected = new ArrayList<>(List.of(settings));
    corrected.removeIf(pair -> pair.startsWith(report[0].property() + "="));
    corrected.addAll(report[0].pasted());
    application
        .withPropertyValues(corrected.toArray(String[]::new))
        .run(context -> assertThat(context).as("with %s", corrected).hasNotFailed());
    return report[0].description() + "\n\n" + report[0].action();
  }

  /** Made here, because a written class would get metadata, and then its names are known anyway. */
  private static Class<?> ownProperties(String prefix) {
    return new ByteBuddy()
        .subclass(Object.class)
        .annotateType(
            AnnotationDescription.Builder.ofType(ConfigurationProperties.class)
                .define("prefix", prefix)
                .build())
        .make()
        .load(WrongSettingsTest.class.getClassLoader())
        .getLoaded();
  }

  private static String yaml(String unindented) {
    return unindented.indent(4).stripTrailing();
  }

  private static Class<?>[] everyFeature() {
    ClassLoader loader = WrongSettingsTest.class.getClassLoader();
    List<String> ours =
        ImportCandidates.load(AutoConfiguration.class, loader).getCandidates().stream()
            .filter(name -> name.startsWith("io.grpcplatform."))
            .toList();
    return ours.stream()
        .map(name -> ClassUtils.resolveClassName(name, loader))
        .toArray(Class<?>[]::new);
  }

  static final class PaymentCaller {
    @GrpcClient("payment")
    EchoServiceGrpc.EchoServiceStub stub;
  }

  private static final class EchoService extends EchoServiceGrpc.EchoServiceImplBase {}
}

package io.grpcplatform.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ServerBuilder;
import io.grpcplatform.InspectedSection;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.StartupCheck;
import io.grpcplatform.StartupCheck.Finding;
import io.grpcplatform.server.GrpcServerCustomizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** When the checks are asked, and what becomes of what they find. */
@ExtendWith(OutputCaptureExtension.class)
class StartupTest {

  private static final String PERMIT = "platform.server.keepalive.permit-time";

  private final List<Finding> finds = new ArrayList<>();

  private ApplicationContextRunner application(Map<String, Object> settings) {
    return Shop.with(settings).withBean("own", StartupCheck.class, () -> () -> List.copyOf(finds));
  }

  @Test
  void checksAreAskedBeforeTheServerIsBuilt() {
    List<String> events = new ArrayList<>();

    Shop.with(Map.of())
        .withBean(
            StartupCheck.class,
            () ->
                () -> {
                  events.add("looked");
                  return List.of();
                })
        .withBean(
            GrpcServerCustomizer.class, () -> (ServerBuilder<?> server) -> events.add("built"))
        .run(context -> assertThat(events).containsExactly("looked", "built"));
  }

  @ParameterizedTest
  @CsvSource({"permit-time", PERMIT})
  void aFindingIsAcceptedByRuleOrProperty(String accepted, CapturedOutput output) {
    Map<String, Object> settings = Map.of(PERMIT, "10m", "platform.startup.ignore", accepted);

    application(settings).run(context -> assertThat(Shop.findings(context)).isEmpty());

    assertThat(output).doesNotContain("[permit-time]");
  }

  @Test
  void nothingIsLookedAtWhereSwitchedOff(CapturedOutput output) {
    Map<String, Object> settings = Map.of(PERMIT, "10m", "platform.startup.enabled", "false");

    application(settings)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context).doesNotHaveBean(StartupFindings.class);
            });

    assertThat(output).doesNotContain("[permit-time]");
  }

  @Test
  void theSectionShowsWhatWasFound() {
    application(Map.of(PERMIT, "10m"))
        .run(
            context -> {
              InspectedSection section = context.getBean(StartupSection.class);
              assertThat(section.name()).isEqualTo("startup");
              assertThat(section.content().toString())
                  .contains("rule=permit-time", "property=" + PERMIT, "problem=Clients of", "10s");
            });
  }

  @Test
  void aChangeOfSettingsIsLookedAtOnce(CapturedOutput output) {
    application(Map.of())
        .run(
            context -> {
              assertThat(Shop.findings(context)).isEmpty();

              finds.add(Finding.of("odd", "platform.x", "It is odd.", "1"));
              context.getBean(LiveSettings.class).changed();
              context.getBean(LiveSettings.class).changed();

              assertThat(Shop.findings(context)).containsExactlyElementsOf(finds);
              assertThat(output).containsOnlyOnce("[odd] platform.x");

              finds.clear();
              context.getBean(LiveSettings.class).changed();
              assertThat(Shop.findings(context)).isEmpty();
            });
  }

  @Test
  void aCheckThatFailsStopsNeitherStartNorOthers(CapturedOutput output) {
    application(Map.of(PERMIT, "10m"))
        .withBean(
            "broken",
            StartupCheck.class,
            () ->
                () -> {
                  throw new IllegalStateException("broken check");
                })
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(Shop.findings(context)).hasSize(1);
            });

    assertThat(output).contains("could not look at the settings", "broken check");
  }

  @Test
  void aBlockOfTheLogReadsLikeThis() {
    Finding finding =
        Finding.of("permit-time", PERMIT, "Clients ping more often. ".repeat(5).strip(), "10s");

    assertThat(FindingText.of(finding))
        .isEqualTo(
            """
            [permit-time] platform.server.keepalive.permit-time

                Clients ping more often. Clients ping more often. Clients ping more often. Clients ping more
                often. Clients ping more often.

                This corrects it:

                    platform:
                      server:
                        keepalive:
                          permit-time: 10s

                To hear no more of it: platform.startup.ignore: permit-time
            """);
  }

  @ParameterizedTest(name = "cloud {0}, profiles {1}: {2} findings")
  @CsvSource({
    "none, '', 0",
    "kubernetes, '', 1",
    "kubernetes, dev, 0",
    "cloud_foundry, '', 1",
    "none, prod, 1",
    "none, production, 1",
    "kubernetes, 'dev,prod', 1",
    "none, staging, 0"
  })
  void platformAndProfilesTellDevelopmentFromProduction(String cloud, String profiles, int found) {
    Map<String, Object> settings =
        Map.of("spring.main.cloud-platform", cloud, "spring.profiles.active", profiles);

    application(settings)
        .run(
            context ->
                assertThat(Shop.findings(context))
                    .extracting(Finding::property)
                    .hasSize(found)
                    .allMatch("platform.server.port"::equals));
  }

  @ParameterizedTest(name = "{0}={1}")
  @CsvSource({
    "platform.server.address, 127.0.0.1",
    "platform.server.port, -1",
    "platform.startup.ignore, plaintext"
  })
  void productionIsSilentWhereNoPlaintextLeavesOrItIsAccepted(String property, String value) {
    application(Map.of("spring.main.cloud-platform", "kubernetes", property, value))
        .run(context -> assertThat(Shop.findings(context)).isEmpty());
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "dns:///stock:9090, true",
    "stock:9090, true",
    "'static://127.0.0.1:1,10.0.0.7:1', true",
    "'static://127.0.0.1:1,[::1]:1', false",
    "localhost:9090, false",
    "unix:/run/stock.sock, false",
    "in-process:stock, false"
  })
  void onlyCallsThatLeaveTheMachineArePlaintext(String target, boolean found) {
    Map<String, Object> settings =
        Map.of(
            "spring.profiles.active",
            "prod",
            "platform.client.channels.stock.target",
            target,
            "platform.server.port",
            "-1");

    application(settings).run(context -> assertThat(Shop.findings(context)).hasSize(found ? 1 : 0));
  }

  @Test
  void keysForServicesBehindABareChannelAreNotDoubted() {
    Shop.with(Map.of("platform.deadline.methods[bank.v1.Accounts/Open]", "2s"))
        .withUserConfiguration(BareChannel.class)
        .run(context -> assertThat(Shop.findings(context)).isEmpty());
  }

  @Test
  void aBreakerOfSomebodyElseIsLeftAlone() {
    String instance = "resilience4j.circuitbreaker.instances.warehouse.failure-rate-threshold";

    application(Map.of(instance, "30"))
        .run(context -> assertThat(Shop.findings(context)).isEmpty());
  }
}

package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.InspectedSection;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.server.GrpcService;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.test.v1.NumberedServiceGrpc;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The examples of docs/stream.md about sessions, in an application of the starter. */
@Timeout(60)
final class SessionGuideTest {

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import(Commands.class)
  static class Application {}

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Bare {}

  @GrpcService
  static final class Commands extends NumberedServiceGrpc.NumberedServiceImplBase {
    private final Sessions.Served<NumberedRequest, NumberedResponse> served;

    Commands(Sessions sessions) {
      served = sessions.serve(NumberedServiceGrpc.getProcessMethod(), Commands::handle);
    }

    @Override
    public StreamObserver<NumberedRequest> process(StreamObserver<NumberedResponse> answers) {
      return served.stream(answers);
    }

    private static CompletionStage<?> handle(
        NumberedRequest command, SessionAnswers<NumberedResponse> answers) {
      // In the transaction of the effect: store answers.key(), and do nothing if it is there.
      answers.send(NumberedResponse.newBuilder().setText("done: " + command.getText()).build());
      return CompletableFuture.completedStage(null);
    }
  }

  private static NumberedRequest request(String text) {
    return NumberedRequest.newBuilder().setText(text).setAnswers(1).build();
  }

  @Test
  void aMessageIsAnsweredAndAcknowledged() throws Exception {
    try (ConfigurableApplicationContext server = start();
        ConfigurableApplicationContext client = start(target(server))) {
      Sessions sessions = client.getBean(Sessions.class);
      Channel channel = client.getBean(GrpcChannels.class).channel("numbers");
      List<String> answers = new CopyOnWriteArrayList<>();

      ResumableStream<NumberedRequest, NumberedResponse> stream =
          sessions.open(
              channel,
              NumberedServiceGrpc.getProcessMethod(),
              answer -> {
                answers.add(answer.getText());
                return CompletableFuture.completedStage(null);
              });
      CompletionStage<Void> handled = stream.send(request("capture order 17"));
      handled.toCompletableFuture().get(30, TimeUnit.SECONDS);

      assertThat(answers).containsExactly("done: capture order 17");
      assertThat(stream.unacknowledged()).isZero();
      assertThat(section(client)).containsKey("client");
      assertThat(section(server)).containsKey("server");
      stream.complete().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void switchedOffThereAreNoSessions() {
    ApplicationContextRunner runner =
        new ApplicationContextRunner()
            .withUserConfiguration(Bare.class)
            .withPropertyValues("platform.server.port=-1");

    runner.run(
        context ->
            assertThat(context)
                .hasSingleBean(Sessions.class)
                .hasSingleBean(SessionMetrics.class)
                .hasSingleBean(StreamSection.class));
    runner
        .withPropertyValues("platform.stream.enabled=false")
        .run(
            context ->
                assertThat(context)
                    .hasNotFailed()
                    .doesNotHaveBean(Sessions.class)
                    .doesNotHaveBean(SessionMetrics.class)
                    .doesNotHaveBean(StreamSection.class));
  }

  private static Map<String, Object> section(ConfigurableApplicationContext context) {
    return context.getBeansOfType(InspectedSection.class).values().stream()
        .filter(section -> section.name().equals("stream"))
        .findAny()
        .orElseThrow()
        .content();
  }

  private static String target(ConfigurableApplicationContext server) {
    return "--platform.client.channels.numbers.target=127.0.0.1:"
        + server.getEnvironment().getRequiredProperty("local.grpc.port");
  }

  private static ConfigurableApplicationContext start(String... more) {
    return new SpringApplicationBuilder(Application.class)
        .web(WebApplicationType.NONE)
        .properties("platform.server.port=0", "platform.server.address=127.0.0.1")
        .run(more);
  }
}

package com.example.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.chat.v1.Line;
import com.example.quotes.v1.QuotesGrpc;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.MethodPolicy;
import java.io.File;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The README's application, started twice: one serves, the other calls it over loopback. */
class ChatApplicationTest {

  @Test
  void answersEachLineOfABidirectionalCall() throws Exception {
    try (var server = start("--platform.server.port=0");
        var client =
            start(
                "--platform.server.enabled=false",
                "--platform.client.channels.chat.target=localhost:" + portOf(server))) {
      Answers answers = new Answers();

      StreamObserver<Line> lines = client.getBean(Talker.class).talk(answers);

      lines.onNext(line("hello"));
      assertThat(answers.next()).isEqualTo("You said: hello");
      lines.onNext(line("still there?"));
      assertThat(answers.next()).isEqualTo("You said: still there?");
      lines.onCompleted();
      answers.completed.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void usesTheStarterFromItsInstalledJar() throws URISyntaxException {
    for (String type : List.of("server.GrpcService", "client.GrpcClient", "CallKey")) {
      assertThat(sourceOf("io.grpcplatform." + type))
          .isFile()
          .hasName("platform-starter-" + System.getProperty("platform.version") + ".jar");
    }
  }

  @Test
  void readsThePolicyThatAContractOfItsOwnImports() {
    assertThat(MethodPolicy.of(QuotesGrpc.getAskMethod()).deadline())
        .isEqualTo(Duration.ofMillis(800));
  }

  private static File sourceOf(String type) throws URISyntaxException {
    try {
      Class<?> loaded = Class.forName(type, false, ChatApplicationTest.class.getClassLoader());
      return new File(loaded.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (ClassNotFoundException missing) {
      throw new AssertionError("The starter has no " + type, missing);
    }
  }

  private static ConfigurableApplicationContext start(String... arguments) {
    return SpringApplication.run(ChatApplication.class, arguments);
  }

  private static int portOf(ConfigurableApplicationContext server) {
    return server.getEnvironment().getRequiredProperty("local.grpc.port", Integer.class);
  }

  private static Line line(String text) {
    return Line.newBuilder().setText(text).build();
  }

  private static final class Answers implements StreamObserver<Line> {
    private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> completed = new CompletableFuture<>();

    String next() throws InterruptedException {
      return texts.poll(10, TimeUnit.SECONDS);
    }

    @Override
    public void onNext(Line line) {
      texts.add(line.getText());
    }

    @Override
    public void onError(Throwable failure) {
      completed.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      completed.complete(null);
    }
  }
}

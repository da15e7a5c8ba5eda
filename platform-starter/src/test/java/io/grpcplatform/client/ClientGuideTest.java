package io.grpcplatform.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceFutureStub;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceStub;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** The code of the guide page, and whether its table tells the true defaults. */
class ClientGuideTest {

  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z.-]+)` \\| (.+?) \\|");

  private final EchoServer server = new EchoServer("echo");

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void runsTheCodeOfTheGuide() {
    new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(PlatformAutoConfiguration.class, ClientAutoConfiguration.class))
        .withUserConfiguration(Customizing.class)
        .withBean(Greeter.class)
        .withBean(Everything.class)
        .withBean(Tenant.class)
        .withPropertyValues(server.targetOf("echo"))
        .run(
            context -> {
              String answer = context.getBean(Greeter.class).greet("Ada");

              assertThat(answer).isEqualTo("echo:Ada");
              Metadata headers = server.headers.take();
              assertThat(headers.get(Tenant.HEADER)).isEqualTo("acme");
              assertThat(context.getBean(Everything.class).byHand().getChannel()).isNotNull();
            });
  }

  @Test
  void tellsEveryPropertyAndItsDefault() throws Exception {
    Map<String, String> documented = new TreeMap<>();
    Matcher rows = ROW.matcher(Files.readString(Path.of("../docs/client.md")));
    while (rows.find()) {
      documented.put(rows.group(1), rows.group(2).replace("`", ""));
    }

    Map<String, String> actual = defaults();

    assertThat(documented.keySet()).isEqualTo(actual.keySet());
    assertThat(documented).containsAllEntriesOf(withDefault(actual));
  }

  private static Map<String, String> withDefault(Map<String, String> all) {
    Map<String, String> known = new TreeMap<>(all);
    known.values().removeIf(String::isEmpty);
    return known;
  }

  /** Names below {@code platform.client.}; what channels inherit under its name in a channel. */
  private static Map<String, String> defaults() throws Exception {
    URI classes =
        ClientProperties.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    String json =
        Files.readString(Path.of(classes).resolve("META-INF/spring-configuration-metadata.json"));
    Map<String, String> found = new TreeMap<>();
    for (Object entry :
        (Iterable<?>) JsonParserFactory.getJsonParser().parseMap(json).get("properties")) {
      Map<?, ?> property = (Map<?, ?>) entry;
      String name = property.get("name").toString();
      if (name.startsWith("platform.client.")) {
        Object value = property.get("defaultValue");
        found.put(
            name.substring("platform.client.".length()), value == null ? "" : value.toString());
      }
    }
    return found;
  }

  @Component
  static final class Greeter {
    private final EchoServiceBlockingStub echo;

    Greeter(@GrpcClient("echo") EchoServiceBlockingStub echo) {
      this.echo = echo;
    }

    String greet(String name) {
      return echo.unary(EchoRequest.newBuilder().setText(name).build()).getText();
    }
  }

  @Component
  @SuppressWarnings("UnusedVariable") // the guide shows that they can be injected
  static final class Everything {
    @GrpcClient("echo")
    private EchoServiceStub async;

    @GrpcClient("echo")
    private EchoServiceFutureStub future;

    @GrpcClient("echo")
    private Channel channel;

    private final GrpcChannels channels;

    Everything(GrpcChannels channels) {
      this.channels = channels;
    }

    EchoServiceBlockingStub byHand() {
      return channels.stub("echo", EchoServiceBlockingStub.class);
    }
  }

  @Component
  @Order(1)
  @GlobalClientInterceptor
  static final class Tenant implements ClientInterceptor {
    static final Metadata.Key<String> HEADER =
        Metadata.Key.of("x-tenant", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<R> listener, Metadata headers) {
          headers.put(HEADER, "acme");
          super.start(listener, headers);
        }
      };
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Customizing {

    @Bean
    GrpcChannelCustomizer noProxy() {
      return (channel, builder) -> builder.proxyDetector(address -> null);
    }
  }
}

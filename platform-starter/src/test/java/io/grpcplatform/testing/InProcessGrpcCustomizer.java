package io.grpcplatform.testing;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/** Gives each application context an in-process server of its own and no socket. */
record InProcessGrpcCustomizer() implements ContextCustomizer {

  private static final AtomicInteger CONTEXTS = new AtomicInteger();

  @Override
  public void customizeContext(
      ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
    String name = "platform-test-" + CONTEXTS.incrementAndGet();
    context
        .getEnvironment()
        .getPropertySources()
        .addFirst(
            new MapPropertySource(
                "in-process-grpc",
                Map.of(
                    "platform.server.port", -1,
                    "platform.server.in-process-name", name,
                    "platform.client.in-process-name", name)));
  }
}

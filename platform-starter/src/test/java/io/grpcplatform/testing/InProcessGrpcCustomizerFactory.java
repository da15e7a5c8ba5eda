package io.grpcplatform.testing;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.TestContextAnnotationUtils;

/**
 * Finds {@link AutoConfigureInProcessGrpc} on a test class, or on the class around a nested one.
 */
final class InProcessGrpcCustomizerFactory implements ContextCustomizerFactory {

  @Override
  public @Nullable ContextCustomizer createContextCustomizer(
      Class<?> testClass, List<ContextConfigurationAttributes> configurations) {
    return TestContextAnnotationUtils.hasAnnotation(testClass, AutoConfigureInProcessGrpc.class)
        ? new InProcessGrpcCustomizer()
        : null;
  }
}

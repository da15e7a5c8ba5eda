package io.grpcplatform.startup;

import java.security.CodeSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.util.ClassUtils;

/**
 * Tells a start that failed because generated code and the libraries it runs on do not fit which of
 * the two to change. It knows their classes by name only: they are what may be missing.
 */
@Order(Ordered.HIGHEST_PRECEDENCE + 4)
final class LibraryFailureAnalyzer implements FailureAnalyzer {

  private static final String RULES = "build/buf/validate/";
  private static final String PROTOBUF = "com.google.protobuf.";

  @Override
  public @Nullable FailureAnalysis analyze(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (cause.getClass().getName().startsWith(PROTOBUF + "RuntimeVersion")
          || (cause instanceof LinkageError && message.replace('/', '.').contains(PROTOBUF))) {
        return versions(message, cause);
      }
      if (cause instanceof NoClassDefFoundError && message.contains(RULES)) {
        return rules(cause);
      }
    }
    return null;
  }

  private static FailureAnalysis versions(String message, Throwable cause) {
    return new FailureAnalysis(
        "Code generated from .proto files does not fit the protobuf runtime:\n\n    "
            + message
            + "\n\nThe runtime is "
            + runtime(),
        "The runtime must be at least as new as the protoc that generated the code, and of the same"
            + " or the next major version. Where something pins protobuf-java to an older version,"
            + " remove the pin (mvn dependency:tree -Dincludes=com.google.protobuf tells who);"
            + " otherwise generate with the protoc that the README names.",
        cause);
  }

  private static String runtime() {
    try {
      ClassLoader loader = ClassUtils.getDefaultClassLoader();
      CodeSource jar =
          Class.forName(PROTOBUF + "Message", false, loader).getProtectionDomain().getCodeSource();
      return jar == null ? "not from a jar" : String.valueOf(jar.getLocation());
    } catch (ClassNotFoundException | LinkageError missing) {
      return "not there";
    }
  }

  private static FailureAnalysis rules(Throwable cause) {
    return new FailureAnalysis(
        "A contract imports buf/validate/validate.proto, and protovalidate is not on the class path:"
            + "\n\n    "
            + cause,
        """
        Add it; platform-parent has its version:

            <dependency>
              <groupId>build.buf</groupId>
              <artifactId>protovalidate</artifactId>
            </dependency>""",
        cause);
  }
}

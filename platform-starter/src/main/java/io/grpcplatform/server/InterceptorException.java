package io.grpcplatform.server;

/** A service names an interceptor of which there is not one bean. */
final class InterceptorException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  private final Class<?> type;

  InterceptorException(String service, Class<?> type, int beans, Throwable cause) {
    super(
        "@GrpcService of the bean '%s' names the interceptor %s, of which there are %d beans (expected: one)"
            .formatted(service, type.getName(), beans),
        cause);
    this.type = type;
  }

  Class<?> type() {
    return type;
  }
}

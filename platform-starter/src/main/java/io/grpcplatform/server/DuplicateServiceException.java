package io.grpcplatform.server;

/** Two beans serve one service, and gRPC can route its calls to one only. */
final class DuplicateServiceException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  DuplicateServiceException(String service, String first, String second) {
    super(
        "Two beans serve %s: %s and %s (expected: one bean per service)"
            .formatted(service, first, second));
  }
}

package io.grpcplatform.server;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The port of the server could not be opened. */
final class PortInUseException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  private final int port;

  PortInUseException(int port, @Nullable String address, IOException cause) {
    super(
        "The gRPC server cannot listen on port "
            + port
            + (address == null ? "" : " of " + address)
            + " (platform.server.port): "
            + reason(cause),
        cause);
    this.port = port;
  }

  private static String reason(Throwable cause) {
    Throwable innermost = cause;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    return String.valueOf(innermost.getMessage());
  }

  int port() {
    return port;
  }
}

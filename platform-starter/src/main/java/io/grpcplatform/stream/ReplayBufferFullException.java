package io.grpcplatform.stream;

/** One message more than may be unacknowledged in a resumable session. Nothing was sent. */
public final class ReplayBufferFullException extends RuntimeException {

  private static final long serialVersionUID = 1;

  ReplayBufferFullException(String message) {
    super(message);
  }
}

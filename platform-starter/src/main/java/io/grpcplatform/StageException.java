package io.grpcplatform;

/** A stage of a pipeline is claimed by a feature that cannot have it. */
public final class StageException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  StageException(String message) {
    super(message);
  }
}

package io.grpcplatform.circuitbreaker;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * A failed call as resilience4j's predicates and events see it: one shared instance per status
 * code, without a stack trace.
 */
final class StatusFailure extends StatusRuntimeException {

  private static final long serialVersionUID = 1L;

  private static final StatusFailure[] BY_CODE = new StatusFailure[Status.Code.values().length];

  static {
    for (Status.Code code : Status.Code.values()) {
      BY_CODE[code.value()] = new StatusFailure(code.toStatus());
    }
  }

  private StatusFailure(Status status) {
    super(status);
  }

  static StatusFailure of(Status.Code code) {
    return BY_CODE[code.value()];
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}

package io.grpcplatform;

/**
 * The client pipeline, outermost first. Each stage may refuse a call; later stages never see
 * refused calls.
 */
public enum ClientStage {
  /** The user's own interceptors. */
  APPLICATION,
  /** Outermost of ours: a refused call is measured, traced and logged like any other. */
  TELEMETRY,
  /** Typed exceptions back from the wire. */
  ERROR,
  /** A call without enough time left is not sent. */
  DEADLINE,
  /** The caller's own pace. */
  RATE_LIMIT,
  /** The caller's own number of calls in flight. */
  BULKHEAD,
  /** A backend that fails is left alone for a while. */
  CIRCUIT_BREAKER,
  /** One call above, its attempts below. */
  RETRY,
  /** Credentials. */
  SECURITY,
  /** Faults injected on purpose, nearest the wire. */
  FAULT
}

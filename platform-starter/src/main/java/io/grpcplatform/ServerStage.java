package io.grpcplatform;

/**
 * The server pipeline, outermost first. Each stage may refuse a call; later stages never see
 * refused calls.
 */
public enum ServerStage {
  /** Outermost: a refused call is measured, traced and logged like any other. */
  TELEMETRY,
  /** Every failure below leaves as one status with a reason. */
  ERROR,
  /** Knows what is in flight; refuses while draining. */
  LIFECYCLE,
  /** A call that is already late costs nothing more. */
  DEADLINE,
  /** What the handler calls knows whether it serves a retry. */
  RETRY,
  /** Before {@link #SECURITY}: refusing must be cheaper than verifying. */
  LOAD_SHEDDING,
  /** From here on the caller is known. */
  SECURITY,
  /** Per caller. */
  RATE_LIMIT,
  /** A malformed request never reaches a handler. */
  VALIDATION,
  /** The user's own interceptors. */
  APPLICATION
}

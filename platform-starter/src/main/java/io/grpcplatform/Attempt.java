package io.grpcplatform;

/** What made gRPC send an attempt of a client call. */
public enum Attempt {
  /** The first one. */
  ORIGINAL,
  /** The one before it failed. */
  RETRY,
  /** The one before it takes long. */
  HEDGE,
  /** No server had seen the one before it. */
  TRANSPARENT
}

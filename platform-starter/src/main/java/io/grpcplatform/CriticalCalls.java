package io.grpcplatform;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/**
 * Which calls matter most, for whoever has to refuse some before any stage has seen them. Asked on
 * the transport thread: must not block.
 */
@FunctionalInterface
public interface CriticalCalls {

  /** No call matters more than another. */
  CriticalCalls NONE = (method, headers) -> false;

  /** Whether a call that brings {@code headers} is one of them. */
  boolean include(MethodDescriptor<?, ?> method, Metadata headers);
}

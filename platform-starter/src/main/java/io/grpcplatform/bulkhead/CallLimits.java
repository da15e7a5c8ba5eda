package io.grpcplatform.bulkhead;

import io.grpcplatform.CallKey;
import org.jspecify.annotations.Nullable;

/** Which limits hold for which calls. Immutable. */
interface CallLimits {

  /** The limit of a call's channel; null where it has none. */
  @Nullable SharedLimit ofChannel(CallKey key);

  /** The limit of a call's method, else of its service; null where neither has one. */
  @Nullable SharedLimit ofMethod(CallKey key);
}

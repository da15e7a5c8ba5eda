package io.grpcplatform;

/**
 * All that was resolved for one method before its first call.
 *
 * @param stages what the features do, outermost first; empty: the method is not wrapped at all
 * @param earlyHeaders whether a server sends the headers of a streaming call before its first
 *     message
 */
record MethodPlan(CallKey key, StagePlan[] stages, boolean earlyHeaders) {}

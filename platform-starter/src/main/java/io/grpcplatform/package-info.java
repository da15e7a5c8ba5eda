/**
 * The words that two or more features share, and the call machine that runs the features' hooks.
 *
 * <p>A feature imports this package and never another feature; this package imports no feature. A
 * call is wrapped once per side ({@link io.grpcplatform.ClientPipeline}, {@link
 * io.grpcplatform.ServerPipeline}); the order in which the features see it is {@link
 * io.grpcplatform.ClientStage} and {@link io.grpcplatform.ServerStage}.
 */
@NullMarked
package io.grpcplatform;

import org.jspecify.annotations.NullMarked;

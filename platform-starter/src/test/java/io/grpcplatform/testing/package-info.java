/**
 * What tests of an application on the platform need: the server's port, an in-process transport
 * that runs the same pipeline, and a clock of their own.
 */
@NullMarked
package io.grpcplatform.testing;

import org.jspecify.annotations.NullMarked;

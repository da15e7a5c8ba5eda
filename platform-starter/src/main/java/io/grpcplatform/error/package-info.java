/**
 * Makes every failure leave a service as one status that tells the caller what it may know, and the
 * service's own log the types and places, and its DEBUG everything else.
 *
 * <p>Default: a status that a handler chose, or an error that the contract declares, leaves as it
 * is; what an application's advice knows is answered as it says; any other exception is logged once
 * and answered INTERNAL with the id of its trace; the answer of a service further down leaves
 * without that service's words. Limits: a status that a handler chose is not looked into, so its
 * description is the handler's responsibility.
 */
@NullMarked
package io.grpcplatform.error;

import org.jspecify.annotations.NullMarked;

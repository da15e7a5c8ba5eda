/** What calls that nobody waits for promise, over real servers on loopback. */
@NullMarked
package io.grpcplatform.async;

import org.jspecify.annotations.NullMarked;

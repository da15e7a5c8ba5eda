/** What the stream toolkit promises, over real servers on loopback. */
@NullMarked
package io.grpcplatform.stream;

import org.jspecify.annotations.NullMarked;

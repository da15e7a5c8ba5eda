/** Features meet here: what they do to one call together, over real connections. */
@NullMarked
package io.grpcplatform.composition;

import org.jspecify.annotations.NullMarked;
